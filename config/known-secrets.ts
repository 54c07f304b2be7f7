import { passwordsOf, secretsOf } from '@/contracts/redaction/known-secrets'
import { type Settings, settingDefinition, settingNames, settingText } from './settings'

/** Values that must not be shown of what a process of ours was started with: secret settings, and what names say is one. */
export function secretsOfSettings(settings: Settings, env: Readonly<Record<string, string | undefined>>): string[] {
  const set = settingNames.flatMap((name) => {
    const value = settings[name]
    if (value === undefined || settingDefinition(name).secret !== true) return []
    const text = settingText(name, value)
    return [text, ...passwordsOf(text)]
  })
  return [...set, ...secretsOf(env, {})]
}

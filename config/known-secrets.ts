import { secretsOf } from '@/contracts/redaction/known-secrets'
import { type Settings, settingDefinition, settingNames, settingText } from './settings'

/** Shorter passwords, and those that are the user's name, are words of texts: who chose one hides nothing with it. */
const MIN_PASSWORD_LENGTH = 8

/** The password of an address, as it is written in it and as it is. */
function passwordsOf(text: string): string[] {
  if (!URL.canParse(text)) return []
  const { username, password } = new URL(text)
  return password.length < MIN_PASSWORD_LENGTH || password === username ? [] : [password, decodeURIComponent(password)]
}

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

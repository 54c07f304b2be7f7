import type { LoadedSettings } from './load-settings'
import { type SettingName, type SettingSource, settingDefinition, settingNames, settingText } from './settings'

/** Stands for every secret, whatever its length. */
export const MASK = '********'

export interface SettingDescription {
  name: SettingName
  /** As text; secrets are masked; null when unset. */
  value: string | null
  source: SettingSource
  env: string
  flag: string | null
  description: string
}

/** All settings as `stratavore config show` prints them, in the order of the table. Holds no secret. */
export function describeSettings({ settings, sources }: LoadedSettings): SettingDescription[] {
  return settingNames.map((name) => {
    const { env, flag, secret, description } = settingDefinition(name)
    const value = settings[name]
    const shown = value === undefined ? null : secret === true ? MASK : settingText(name, value)
    return { name, value: shown, source: sources[name], env, flag, description }
  })
}

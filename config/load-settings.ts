import { homedir } from 'node:os'
import { join } from 'node:path'
import { judgeExposure } from './judge-exposure'
import { describeUnknownVariable } from './known-variables'
import { homePaths } from './paths'
import { type SettingName, type SettingSource, type Settings, settingDefinition, settingNames } from './settings'
import { SettingsError } from './settings-error'
import { type ReadFile, readFileIfPresent, readSettingsFile } from './settings-file'

/** Where settings are looked for, strongest first: `flags`, `env`, the file in the home, defaults. */
export interface SettingsInput {
  flags: Partial<Record<SettingName, string>>
  env: Readonly<Record<string, string | undefined>>
  readFile?: ReadFile
}

export interface LoadedSettings {
  settings: Settings
  sources: Record<SettingName, SettingSource>
}

interface Candidate {
  value: unknown
  source: SettingSource
  /** What the setting is called where it was set, for messages. */
  label: string
}

/** `~` and `~/x` mean the user's home directory, which a shell would not have expanded in YAML or after `=`. */
function expandTilde(value: unknown, env: SettingsInput['env']): unknown {
  if (typeof value !== 'string' || !/^~(\/|$)/.test(value)) return value
  return join(env.HOME || homedir(), value.slice(1))
}

/** An address with a user in it, whatever is wrong with it. */
const HOLDS_CREDENTIALS = /\/\/.*@/s

function check(name: SettingName, candidate: Candidate): unknown {
  const definition = settingDefinition(name)
  const result = definition.schema.safeParse(candidate.value)
  if (result.success) return result.data
  const problem = result.error.issues[0]?.message ?? 'is not valid'
  const secret = definition.secret === true || HOLDS_CREDENTIALS.test(String(candidate.value))
  const given = secret ? '' : `, not ${JSON.stringify(candidate.value)}`
  throw new SettingsError(`${candidate.label}: ${problem}${given}`)
}

/**
 * Reads and checks all settings. Pure but for `readFile`.
 * Throws SettingsError, in one line that names the setting, for a value of the wrong kind, an unknown key in the file
 * and an unknown `STRATAVORE_*` variable.
 */
export function loadSettings({ flags, env, readFile = readFileIfPresent }: SettingsInput): LoadedSettings {
  const unknown = describeUnknownVariable(env)
  if (unknown !== undefined) throw new SettingsError(unknown)

  const typed = (name: SettingName): Candidate | undefined => {
    const { env: variable, flag } = settingDefinition(name)
    const given = flags[name]
    if (given !== undefined) return { value: given, source: 'flag', label: `--${flag ?? name}` }
    // An empty variable is how scripts and compose files say "not set".
    const text = env[variable]
    return text === undefined || text === '' ? undefined : { value: text, source: 'environment', label: variable }
  }
  const byDefault = (name: SettingName): Candidate => ({
    value: settingDefinition(name).fallback,
    source: 'default',
    label: name,
  })

  const home = typed('home') ?? byDefault('home')
  const file = homePaths(String(check('home', { ...home, value: expandTilde(home.value, env) }))).settingsFile
  const inFile = readSettingsFile(file, readFile)

  const settings: Partial<Record<SettingName, unknown>> = {}
  const sources: Partial<Record<SettingName, SettingSource>> = {}
  for (const name of settingNames) {
    const fromFile: Candidate | undefined =
      inFile[name] === undefined || inFile[name] === null
        ? undefined
        : { value: inFile[name], source: 'file', label: `${name} (in ${file})` }
    const candidate = typed(name) ?? fromFile ?? byDefault(name)
    sources[name] = candidate.source
    if (candidate.value === undefined) continue
    settings[name] = check(
      name,
      name === 'home' ? { ...candidate, value: expandTilde(candidate.value, env) } : candidate,
    )
  }
  if (settings.port === settings.metricsPort) {
    throw new SettingsError(`STRATAVORE_METRICS_PORT: must differ from the port of the dashboard (${settings.port})`)
  }
  // Every name of the table was gone through above, each checked by its own schema.
  const complete = settings as Settings
  const exposure = judgeExposure(complete)
  if (exposure !== null) throw new SettingsError(exposure)
  return { settings: complete, sources: sources as Record<SettingName, SettingSource> }
}

import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { type SettingName, settingDefinition, settingNames } from '@/config/settings'
import { UsageError } from './launcher-error'

/** What `stratavore up` was asked for. */
export interface UpArguments {
  flags: Partial<Record<SettingName, string>>
  stopRunners: boolean
  dev: boolean
  help: boolean
}

const withFlag = settingNames.flatMap((name) => {
  const { flag, description } = settingDefinition(name)
  return flag === null ? [] : [{ name, flag, description }]
})

/** The text of `stratavore up --help`. */
export function upHelp(): string {
  const lines = [
    ...withFlag.map(({ flag, description }) => [`--${flag} VALUE`, description]),
    ['--stop-runners', 'When stopped, end the runners and their agent too.'],
    ['--dev', 'Reload on changes: for work on Stratavore itself.'],
    ['--help', 'Show this.'],
  ]
  const width = Math.max(...lines.map(([flag = '']) => flag.length))
  const options = lines.map(([flag = '', description]) => `  ${flag.padEnd(width)}  ${description}`)
  return ['Usage: stratavore up [options]', '', 'Starts Stratavore and keeps it running.', '', ...options, ''].join(
    '\n',
  )
}

/** Reads the arguments after `stratavore`. Throws UsageError for an unknown flag or a missing value. */
export function parseUpArguments(argv: readonly string[], cwd: string): UpArguments {
  const args = argv[0] === 'up' ? argv.slice(1) : [...argv]
  const options = {
    ...Object.fromEntries(withFlag.map(({ flag }) => [flag, { type: 'string' as const }])),
    'stop-runners': { type: 'boolean' as const },
    dev: { type: 'boolean' as const },
    help: { type: 'boolean' as const, short: 'h' },
  }
  let values: Record<string, string | boolean | undefined>
  try {
    values = parseArgs({ args, options, strict: true, allowPositionals: false }).values
  } catch (error) {
    const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('. ')
    throw new UsageError(`${reason}; see stratavore up --help`, { cause: error })
  }
  const flags: UpArguments['flags'] = {}
  for (const { name, flag } of withFlag) {
    const value = values[flag]
    // A relative home is meant from where the command was typed.
    if (typeof value === 'string') flags[name] = name === 'home' && !value.startsWith('~') ? resolve(cwd, value) : value
  }
  return { flags, stopRunners: values['stop-runners'] === true, dev: values.dev === true, help: values.help === true }
}

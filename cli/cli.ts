import { createColors } from 'picocolors'
import { type LoadedSettings, loadSettings } from '@/config/load-settings'
import { homePaths } from '@/config/paths'
import { type Api, createApi } from './api-client'
import type { ExitCode } from './exit-code'
import { requireHomeProof } from './require-home-proof'
import { findServer, type ServerAddress } from './server-address'
import { readLogins } from './stored-logins'
import { inertJson } from './text/inert-text'

/** What the CLI needs of its process; tests give their own. */
export interface CliProcess {
  env: Readonly<Record<string, string | undefined>>
  cwd: string
  stdin: NodeJS.ReadStream
  stdout: NodeJS.WriteStream
  stderr: NodeJS.WriteStream
  now(): Date
}

/** Options every command takes. */
export interface GlobalOptions {
  url?: string
  home?: string
}

/** What every command is given. */
export interface Cli {
  process: CliProcess
  colors: ReturnType<typeof createColors>
  /** A person sits at both ends: prompts make sense. */
  interactive: boolean
  settings(): LoadedSettings
  server(): ServerAddress
  api(): Api
  /** One or more lines to stdout. */
  print(text: string): void
  /** The API's own object to stdout; `lines` prints it on one line, for streams of objects. */
  printJson(value: unknown, layout?: 'pretty' | 'lines'): void
  /** One line to stderr. */
  warn(text: string): void
  /** Sets the exit code of a command that goes on to its end. */
  exitWith(code: ExitCode): void
}

/** https://no-color.org: any value but the empty one; and never into a pipe. */
const wantsColor = ({ env, stdout }: CliProcess): boolean =>
  !env.NO_COLOR && env.TERM !== 'dumb' && (stdout.isTTY === true || Boolean(env.FORCE_COLOR))

/** Builds it; settings, server and API are found when first asked for. */
export function createCli(process: CliProcess, options: () => GlobalOptions, exitWith: (code: ExitCode) => void): Cli {
  let loaded: LoadedSettings | undefined
  let address: ServerAddress | undefined
  let client: Api | undefined
  const cli: Cli = {
    process,
    colors: createColors(wantsColor(process)),
    interactive: process.stdin.isTTY === true && process.stdout.isTTY === true,
    settings() {
      const { home } = options()
      loaded ??= loadSettings({ flags: home === undefined ? {} : { home }, env: process.env })
      return loaded
    },
    server() {
      const url = options().url ?? process.env.STRATAVORE_URL
      address ??= findServer(cli.settings().settings, url, process.env.STRATAVORE_TOKEN, () => readLogins(process.env))
      return address
    },
    api() {
      if (client) return client
      const { url, token, homeToken } = cli.server()
      const { controlKey } = homePaths(cli.settings().settings.home)
      client = createApi(url, token, homeToken && token !== null ? () => requireHomeProof(url, controlKey) : undefined)
      return client
    },
    print: (text) => void process.stdout.write(`${text}\n`),
    printJson: (value, layout = 'pretty') =>
      void process.stdout.write(`${inertJson(value, layout === 'pretty' ? 2 : 0)}\n`),
    warn: (text) => void process.stderr.write(`${text}\n`),
    exitWith,
  }
  return cli
}

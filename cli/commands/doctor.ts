import { readApiFailure } from '@/client/api/api-failure'
import { homePaths } from '@/config/paths'
import { secretsInFile } from '@/config/secrets-in-file'
import { storableSecret } from '@/contracts/secret/secret'
import type { SystemHealth, SystemStatus } from '@/contracts/system/system'
import type { Cli } from '../cli'
import { describeFailure, explainError } from '../cli-error'
import { ExitCode } from '../exit-code'
import { inertLine } from '../text/inert-text'
import { JSON_FLAG, type Register } from './command'

/** `off`: works without it; `detail` says how to turn it on. */
interface Finding {
  name: string
  state: 'ok' | 'off' | 'problem'
  detail: string
}

/** Oldest Node that is supported, as package.json says. */
const OLDEST_NODE = [20, 19] as const

function nodeFinding(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const recent = major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])
  const detail = `${process.versions.node}${recent ? '' : `; ${OLDEST_NODE.join('.')} or newer is needed`}`
  return { name: 'node', state: recent ? 'ok' : 'problem', detail }
}

/** Secret settings work where they stand; sealed they are in no backup of the file, and in nobody's editor. */
function secretsFinding(file: string): Finding {
  const plain = [...secretsInFile(file, storableSecret.options).keys()]
  return plain.length === 0
    ? { name: 'secrets', state: 'ok', detail: `none in plain in ${file}` }
    : {
        name: 'secrets',
        state: 'off',
        detail: `${plain.join(', ')} in plain in ${file}. Seal: stratavore secrets import`,
      }
}

function settingsFindings(cli: Cli): Finding[] {
  try {
    const { settings } = cli.settings()
    return [
      { name: 'settings', state: 'ok', detail: 'read; see: stratavore config show --source' },
      { name: 'home', state: 'ok', detail: settings.home },
      secretsFinding(homePaths(settings.home).settingsFile),
    ]
  } catch (error) {
    return [{ name: 'settings', state: 'problem', detail: explainError(error).line ?? '' }]
  }
}

/** What the server says of itself and of all it depends on: its settings are its own, not those of this shell. */
function healthFindings({ checks }: SystemHealth): Finding[] {
  return checks.map(({ name, ok, off, detail, hint }) => ({
    name,
    state: off ? 'off' : ok ? 'ok' : 'problem',
    detail: hint === null ? detail : `${detail}. ${hint}`,
  }))
}

function databaseFinding({ database }: SystemStatus): Finding {
  const external = database.kind === 'external'
  const detail = external ? 'from DATABASE_URL' : 'embedded. DATABASE_URL=postgresql://... uses one of your own'
  return { name: 'kind of database', state: 'ok', detail }
}

async function serverFindings(cli: Cli): Promise<Finding[]> {
  try {
    const { url } = cli.server()
    const [health, status, nodes] = await Promise.all([
      cli.api().system.health.query(),
      cli.api().system.status.query(),
      cli.api().node.list.query(),
    ])
    const providers = nodes.flatMap((node) =>
      node.providers.map(
        (probe): Finding => ({
          name: `${probe.id} on ${node.name}`,
          state: probe.available ? 'ok' : 'off',
          detail: probe.available ? (probe.path ?? 'built in') : probe.installHint,
        }),
      ),
    )
    const joined = nodes.map(
      (node): Finding => ({
        name: `node ${node.name}`,
        state: node.online ? 'ok' : 'problem',
        detail: node.online ? `${node.liveRunners} runners` : 'its agent is not connected',
      }),
    )
    return [
      { name: 'server', state: 'ok', detail: `${url}, version ${status.version}` },
      databaseFinding(status),
      ...healthFindings(health),
      ...joined,
      ...providers,
    ]
  } catch (error) {
    return [
      { name: 'server', state: 'problem', detail: explainError(error).line ?? describeFailure(readApiFailure(error)) },
    ]
  }
}

export const registerDoctor: Register = (program, cli) => {
  program
    .command('doctor')
    .description(
      'check what Stratavore needs, and say how to get what is missing; exits with 1 when something is wrong',
    )
    .option(...JSON_FLAG)
    .action(async (options: { json?: boolean }) => {
      const settings = settingsFindings(cli)
      const usable = settings.every((finding) => finding.state === 'ok')
      const findings = [nodeFinding(), ...settings, ...(usable ? await serverFindings(cli) : [])]
      const { colors } = cli
      const marks = { ok: colors.green('ok     '), off: colors.dim('off    '), problem: colors.red('problem') }
      if (options.json) cli.printJson(findings)
      else
        for (const { name, state, detail } of findings) cli.print(`${marks[state]}  ${inertLine(`${name}: ${detail}`)}`)
      if (findings.some((finding) => finding.state === 'problem')) cli.exitWith(ExitCode.failed)
    })
}

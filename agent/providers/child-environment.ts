import { RUNNER_MARK } from '../process-tree/find-trees'
import { LaunchRefused } from './provider'

/** What a terminal program may see of the agent's own environment. Everything else stays out, whatever it is. */
const ALLOWED = [
  'PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'LANG', 'LANGUAGE', 'LC_*', 'TZ', 'TMPDIR', 'XDG_*',
  'HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'all_proxy', 'no_proxy',
  'NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'SSL_CERT_DIR',
  'EDITOR', 'VISUAL', 'PAGER', 'SSH_AUTH_SOCK', 'DISPLAY', 'WAYLAND_DISPLAY', 'DBUS_SESSION_BUS_ADDRESS',
] // biome-ignore format: names read better in groups than one a line

/** Where no PATH is set: what login(1) would give. */
const DEFAULT_PATH = '/usr/local/bin:/usr/bin:/bin'
const VARIABLE_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/

const matches = (name: string, pattern: string): boolean =>
  pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern

/** Keeps the variables that a pattern allows and no `!NAME` takes out again. */
function pick(env: Readonly<Record<string, string | undefined>>, patterns: readonly string[]): Record<string, string> {
  const allowed = patterns.filter((pattern) => !pattern.startsWith('!'))
  const denied = new Set(patterns.filter((pattern) => pattern.startsWith('!')).map((pattern) => pattern.slice(1)))
  const picked: Record<string, string> = {}
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && !denied.has(name) && allowed.some((pattern) => matches(name, pattern)))
      picked[name] = value
  }
  return picked
}

export interface ChildEnvironmentInput {
  /** The agent's own environment. */
  agent: Readonly<Record<string, string | undefined>>
  /** What the provider needs of it. */
  provider: readonly string[]
  /** The project's own variables: they win over both. */
  project: Readonly<Record<string, string>>
  runnerId: string
}

/** The whole environment of a runner. Throws LaunchRefused for a project variable that cannot be one. */
export function childEnvironment({
  agent,
  provider,
  project,
  runnerId,
}: ChildEnvironmentInput): Record<string, string> {
  for (const [name, value] of Object.entries(project)) {
    if (VARIABLE_NAME.test(name) && !value.includes('\0')) continue
    throw new LaunchRefused('invalid_input', `The project's variable ${JSON.stringify(name)} cannot be set.`)
  }
  return {
    PATH: DEFAULT_PATH,
    ...pick(agent, [...ALLOWED, ...provider]),
    ...project,
    TERM: 'xterm-256color',
    COLORTERM: 'truecolor',
    [RUNNER_MARK]: runnerId,
  }
}

import { homedir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { typedName } from '@/contracts/primitives'
import { type DaemonAddress, parseDaemonAddress } from './connection/daemon-address'

/** How a machine becomes a node. */
export interface JoinOptions {
  url: string
  nodeName: string
  fingerprint: string
  /** Where the token is read from: a file, or `-` for standard input. */
  tokenFile: string
}

/**
 * Records and logs are in `dir`, owned by one agent at a time. `secretFiles` are the daemon's, which no sandbox shows,
 * wherever they are.
 */
export type AgentOptions =
  | { kind: 'local'; dir: string; address: DaemonAddress; tokenFile: string; secretFiles: readonly string[] }
  | { kind: 'remote'; dir: string; join: JoinOptions | null }

export const USAGE = `usage: stratavore agent --join https://HOST:PORT --node NAME --ca sha256:FINGERPRINT --token-file FILE [--dir DIRECTORY]
       stratavore agent [--dir DIRECTORY]

The first joins this machine to a Stratavore and stays; \`stratavore node join-token NAME\` over there prints it whole. The
token is read from FILE, from standard input for "-"; without --token-file from STRATAVORE_JOIN_TOKEN. The second goes on
as the node that was joined. DIRECTORY is where the agent keeps its key, records and logs
(default: ~/.local/share/stratavore-agent).`

/** Where the token is looked for when no file is named; gone from the environment before any runner starts. */
export const JOIN_TOKEN_VARIABLE = 'STRATAVORE_JOIN_TOKEN'

function required(name: string, value: string | undefined): string {
  if (value === undefined) throw new Error(`--join needs --${name}`)
  return value
}

function joinOptions(url: string, values: { node?: string; ca?: string; 'token-file'?: string }): JoinOptions {
  if (!URL.canParse(url) || new URL(url).protocol !== 'https:')
    throw new Error(`--join ${url} is no https URL: agents of other machines are heard by TLS only`)
  const name = typedName.safeParse(required('node', values.node))
  if (!name.success) throw new Error(`--node ${values.node}: ${name.error.issues[0]?.message}`)
  const fingerprint = required('ca', values.ca).toLowerCase()
  if (!/^sha256:[0-9a-f]{64}$/.test(fingerprint))
    throw new Error('--ca must be sha256: and 64 hexadecimal digits, as `stratavore ca show` prints it')
  return { url: new URL(url).origin, nodeName: name.data, fingerprint, tokenFile: values['token-file'] ?? '' }
}

/** Reads the command line. Throws with one line that says what is wrong. */
export function parseAgentOptions(args: string[], home: string = homedir()): AgentOptions {
  const { values } = parseArgs({
    args,
    options: {
      dir: { type: 'string' },
      connect: { type: 'string' },
      join: { type: 'string' },
      node: { type: 'string' },
      ca: { type: 'string' },
      'token-file': { type: 'string' },
      'secret-file': { type: 'string', multiple: true },
    },
  })
  const { dir, connect, join: url, 'token-file': tokenFile } = values
  if (connect !== undefined) {
    if (dir === undefined || tokenFile === undefined) throw new Error('--connect needs --dir and --token-file')
    const address = parseDaemonAddress(connect)
    if (address === null) throw new Error(`--connect ${connect} is not unix:/path`)
    return { kind: 'local', dir, address, tokenFile, secretFiles: values['secret-file'] ?? [] }
  }
  const ownDir = dir ?? join(home, '.local/share/stratavore-agent')
  if (url !== undefined) return { kind: 'remote', dir: ownDir, join: joinOptions(url, values) }
  if (values.node !== undefined || values.ca !== undefined || tokenFile !== undefined)
    throw new Error('--node, --ca and --token-file go with --join')
  return { kind: 'remote', dir: ownDir, join: null }
}

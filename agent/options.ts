import { parseArgs } from 'node:util'
import { type DaemonAddress, parseDaemonAddress } from './connection/daemon-address'

export interface AgentOptions {
  /** Records and logs; owned by one agent at a time. */
  dir: string
  address: DaemonAddress
  tokenFile: string
}

export const USAGE = 'usage: stratavore-agent --dir DIRECTORY --connect unix:SOCKET|URL --token-file FILE'

/** Reads the command line. Throws with one line that says what is wrong. */
export function parseAgentOptions(args: string[]): AgentOptions {
  const { values } = parseArgs({
    args,
    options: { dir: { type: 'string' }, connect: { type: 'string' }, 'token-file': { type: 'string' } },
  })
  const { dir, connect, 'token-file': tokenFile } = values
  if (dir === undefined || connect === undefined || tokenFile === undefined) {
    throw new Error('--dir, --connect and --token-file are required')
  }
  const address = parseDaemonAddress(connect)
  if (address === null) throw new Error(`--connect ${connect} is neither unix:/path nor an http(s) URL`)
  return { dir, address, tokenFile }
}

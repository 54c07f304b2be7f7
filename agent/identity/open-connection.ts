import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { byCertificate, byTokenFile, type Credentials } from '../connection/credentials'
import type { DaemonAddress } from '../connection/daemon-address'
import { type AgentOptions, JOIN_TOKEN_VARIABLE, type JoinOptions } from '../options'
import { readIdentity, writeIdentity } from './identity-file'
import { JoinRefused, joinDaemon } from './join-daemon'
import { type CertificateKeeper, keepCertificate } from './keep-certificate'

/** Where the daemon is, and what opens it. */
export interface Way {
  address: DaemonAddress
  credentials(): Promise<Credentials>
  /** Keeps the certificate of a remote agent young; null for the local one. */
  keeper: CertificateKeeper | null
}

interface WayPorts {
  env: Readonly<Record<string, string | undefined>>
  stdin: NodeJS.ReadableStream
  now(): number
  after(ms: number, work: () => void): () => void
  onProblem(message: string, detail: unknown): void
}

async function readToken({ tokenFile }: JoinOptions, { env, stdin }: WayPorts): Promise<string> {
  const given =
    tokenFile === ''
      ? (env[JOIN_TOKEN_VARIABLE] ?? '')
      : tokenFile === '-'
        ? await text(stdin)
        : await readFile(tokenFile, 'utf8')
  const token = given.trim()
  if (token === '') throw new JoinRefused(`there is no join token: --token-file, or ${JOIN_TOKEN_VARIABLE}`)
  return token
}

/** Finds the way to the daemon; joins first where that is asked for. Throws JoinRefused with one line. */
export async function findWay(options: AgentOptions, ports: WayPorts): Promise<Way> {
  if (options.kind === 'local') {
    return { address: options.address, credentials: byTokenFile(options.tokenFile), keeper: null }
  }
  const path = join(options.dir, 'identity.json')
  const save = (identity: Parameters<typeof writeIdentity>[1]) => writeIdentity(path, identity)
  if (options.join !== null)
    await save(await joinDaemon({ ...options.join, token: await readToken(options.join, ports) }))
  const identity = await readIdentity(path)
  if (identity === null) {
    throw new JoinRefused('this machine has not joined: run what `stratavore node join-token NAME` prints over there')
  }
  const { now, after, onProblem } = ports
  const keeper = keepCertificate({ identity, save, now, after, onProblem })
  return { address: { kind: 'url', url: identity.url }, credentials: byCertificate(keeper.current), keeper }
}

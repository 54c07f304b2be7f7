import { readFile } from 'node:fs/promises'
import type { AgentHandshake } from '@/contracts/agent-protocol/messages'
import type { AgentIdentity } from '../identity/identity-file'

/** What one connection is opened with: what is said, and what TLS shows. */
export interface Credentials {
  auth: Omit<AgentHandshake, 'protocol'>
  tls: { ca: string[]; cert: string; key: string } | null
}

/** By the token in a file, on the daemon's own socket. Read anew each time, so that a replaced token is taken up. */
export const byTokenFile = (path: string) => async (): Promise<Credentials> => ({
  auth: { token: (await readFile(path, 'utf8')).trim() },
  tls: null,
})

/** By certificate, as it is at that moment. */
export const byCertificate = (current: () => AgentIdentity) => async (): Promise<Credentials> => {
  const { nodeId, authorities, certificate, key } = current()
  return { auth: { nodeId }, tls: { ca: authorities, cert: certificate, key } }
}

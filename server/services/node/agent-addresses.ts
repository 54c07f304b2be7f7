import { hostname } from 'node:os'
import type { Settings } from '@/config/settings'

/** All of an address family: an address to listen on, and none to dial. */
const ANY = new Set(['0.0.0.0', '::'])

/** Names and addresses that the daemon's certificate for agents is for; what is dialled first comes first. */
export function agentServerNames({ agentNames, agentHost }: Pick<Settings, 'agentNames' | 'agentHost'>): string[] {
  const own = ANY.has(agentHost) ? [] : [agentHost]
  return [...new Set([...(agentNames ?? [...own, hostname()]), ...own, 'localhost', '127.0.0.1'])]
}

const bracketed = (name: string): string => (name.includes(':') ? `[${name}]` : name)

/** Origins that agents may dial, the first to be tried first. */
export const agentAddresses = (settings: Pick<Settings, 'agentNames' | 'agentHost'>, port: number): string[] =>
  agentServerNames(settings).map((name) => `https://${bracketed(name)}:${port}`)

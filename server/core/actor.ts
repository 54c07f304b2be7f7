import type { ActorKind } from '@/contracts/event/event'

/** Who acts, and by which door they came in. */
export interface Actor {
  kind: ActorKind
  /** User, token or agent id; null for the daemon itself. */
  id: string | null
  name: string
  via: 'browser' | 'cli' | 'api' | 'notification' | 'terminal' | 'agent' | 'daemon' | 'launcher'
}

export const DAEMON_ACTOR: Actor = { kind: 'daemon', id: null, name: 'daemon', via: 'daemon' }

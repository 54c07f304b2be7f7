import type { Settings } from '@/config/settings'
import type { KnownValues } from '@/contracts/redaction/known-values'
import type { Access } from '../core/access/access'
import type { Actor } from '../core/actor'
import type { AuditKey } from '../core/audit-chain'
import type { Clock } from '../core/clock'
import type { ReachFailpoint } from '../core/failpoint'
import type { Fence } from '../core/fence'
import type { KeyRing } from '../core/key-ring'
import type { DaemonLink } from '../core/ports/daemon-link'
import type { Notifier } from '../core/ports/notifier'
import type { RequestSource } from '../core/request-source'
import type { Database } from '../db/database'

/** Keys of this installation, read once at start; none of them is in the database. */
export interface InstallationKeys {
  audit: AuditKey
  /** AES-256 keys of what is stored encrypted. */
  secrets: KeyRing
  /** Secrets that this process knows, which must be in nothing that it stores, tells or logs. */
  known: KnownValues
}

/** What every service gets besides its input. */
export interface ServiceContext {
  db: Database
  actor: Actor
  /** What the actor may see and do: whatever resolves an id judges it by this, whatever lists leaves out the rest. */
  access: Access
  /** Ties log lines, audit rows and the error shown to the user together. */
  requestId: string | null
  /** Where the request came from; nothing for what no request does. */
  source?: RequestSource
  /** Counts the audit rows of one request, and reads that are written down, now or within the hour. */
  trail?: { rows: number; reads: number }
  clock: Clock
  settings: Settings
  keys: InstallationKeys
  daemon: DaemonLink
  /** One for every channel that is set up; for tests the user asks for. Everything else goes through the queue. */
  notifiers: readonly Notifier[]
  /** Only a daemon has one: what it changes is refused once another leads. */
  fence?: Fence
  /** Only in tests of what a death at that moment leaves. */
  failpoint?: ReachFailpoint
  /** Whether the database is the one Stratavore runs itself. */
  databaseKind: 'embedded' | 'external'
}

/** What services share, before it is known on whose behalf they work. */
export type SharedServices = Omit<ServiceContext, 'actor' | 'access'>

import { hostname } from 'node:os'
import { StratavoreError } from '../core/errors'
import type { Fence } from '../core/fence'
import {
  beginLease,
  type DaemonLease,
  endLease,
  endLostSession,
  readLease,
  releaseLeadLock,
  tryLeadLock,
} from '../services/system/daemon-lease'
import { type LockSession, openLockSession } from './lock-session'

/** How often a standby asks for the lock: this and a connection is how long nobody leads after a leader's death. */
const ASK_EVERY_MS = 500
/** A leader looks this often whether its session still answers: a cut line alone says nothing. */
const CHECK_EVERY_MS = 2_000
/** Between tries to connect again, so that a database that comes back is not met by a storm. */
const RECONNECT_MS = 250

/** `suspended`: it led, and cannot say now whether it still does, because its session is lost. */
export type LeadershipState = 'standby' | 'leading' | 'suspended'

export interface LeadershipEvents {
  /** Another daemon leads; told once, until this one leads. */
  standby(leader: DaemonLease): void
  /** Leads, for the first time. */
  leading(epoch: bigint): void
  /** The session is lost: nothing may be done until `regained` or `superseded`. */
  suspended(error: Error): void
  /** Leads again, and nobody else has in between. */
  regained(epoch: bigint): void
  /** Another one leads or has led meanwhile: nothing that this daemon holds in memory can be trusted. The end. */
  superseded(leader: DaemonLease): void
  /** The database cannot be asked; it is tried again. */
  unreachable(error: unknown): void
}

export interface Leadership extends Fence {
  state(): LeadershipState
  /** Who leads as far as is known; null before the first answer. */
  lease(): DaemonLease | null
  /** Gives the lead back, so that a standby takes over at once. */
  stop(): Promise<void>
}

/**
 * Decides which of several daemons on one database leads: the one whose session holds an advisory lock. Losing the
 * session is losing the lead at once; writes that were under way are fenced by the epoch.
 */
export function startLeadership(url: string, now: () => Date, events: LeadershipEvents): Leadership {
  let state: LeadershipState = 'standby'
  let lease: DaemonLease | null = null
  let epoch: bigint | null = null
  let session: LockSession | null = null
  let lostBackendPid: number | null = null
  let toldStandby = false
  let stopped = false
  let wakeUp: () => void = () => undefined

  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
      wakeUp = () => {
        clearTimeout(timer)
        resolve()
      }
    })

  const lead = async (on: LockSession): Promise<void> => {
    const regained = epoch !== null
    lease = await beginLease(on.client, { pid: process.pid, hostname: hostname(), now: now() })
    epoch = lease.epoch
    lostBackendPid = on.backendPid
    state = 'leading'
    if (regained) events.regained(epoch)
    else events.leading(epoch)
  }

  /** One look of a daemon that does not lead. Resolves to false when it is superseded. */
  const ask = async (on: LockSession): Promise<boolean> => {
    const taken = await tryLeadLock(on.client)
    lease = await readLease(on.client)
    if (epoch !== null && lease.epoch !== epoch) {
      if (taken) await releaseLeadLock(on.client)
      events.superseded(lease)
      return false
    }
    if (taken) await lead(on)
    else if (epoch !== null && lostBackendPid !== null) await endLostSession(on.client, lostBackendPid)
    else if (!toldStandby) {
      toldStandby = true
      events.standby(lease)
    }
    return true
  }

  /** Stays as long as the session answers and the epoch is ours. */
  const keep = async (on: LockSession): Promise<void> => {
    while (!stopped && !on.isOver()) {
      await Promise.race([on.ended, pause(CHECK_EVERY_MS)])
      wakeUp()
      if (stopped || on.isOver()) return
      const found = await readLease(on.client)
      if (found.epoch !== epoch) throw new Error(`the lease is of epoch ${found.epoch}, not ${epoch}`)
    }
  }

  const serve = async (on: LockSession): Promise<boolean> => {
    while (!stopped) {
      if (!(await ask(on))) return false
      if (state === 'leading') {
        await keep(on)
        return true
      }
      await pause(ASK_EVERY_MS)
    }
    return true
  }

  const run = async (): Promise<void> => {
    while (!stopped) {
      let problem: unknown = null
      try {
        session = await openLockSession(url)
        if (!(await serve(session))) return
        if (!stopped) problem = await session.ended
      } catch (error) {
        problem = error
      }
      if (stopped) return
      const error = problem instanceof Error ? problem : new Error(String(problem))
      if (state === 'leading') {
        state = 'suspended'
        events.suspended(error)
      } else events.unreachable(error)
      // A session whose end was not heard of may still hold the lock.
      await session?.close().catch(events.unreachable)
      session = null
      await pause(RECONNECT_MS)
    }
  }
  const running = run()

  return {
    state: () => state,
    lease: () => lease,
    epoch: () => {
      if (state === 'leading' && epoch !== null) return epoch
      throw new StratavoreError('unavailable', 'This daemon does not lead now.', {
        hint: 'It goes on by itself once the database answers; see `stratavore status`.',
      })
    },
    stop: async () => {
      stopped = true
      wakeUp()
      await running
      const last = session
      if (!last || last.isOver()) return
      // A session that breaks now gives the lead back all the same, by its end.
      if (state === 'leading' && epoch !== null) {
        await endLease(last.client, epoch, now()).catch(events.unreachable)
      }
      state = 'standby'
      await last.close().catch(events.unreachable)
    },
  }
}

import type { Child, StartChild } from './child'
import { NO_HISTORY, planRestart, type RestartHistory } from './restart-backoff'

/** Opening a database under recovery, or compiling pages in development, may take this long; more means it hangs. */
const READY_TIMEOUT_MS = 120_000

/** A child that is told to make haste cuts its stop short by itself, well within this. */
const HURRY_MS = 5_000

/** Time, injected. `after` returns how to cancel. */
export interface SupervisorClock {
  monotonicMs(): number
  after(delayMs: number, action: () => void): () => void
}

export const systemSupervisorClock: SupervisorClock = {
  monotonicMs: () => performance.now(),
  after: (delayMs, action) => {
    const timer = setTimeout(action, delayMs)
    return () => clearTimeout(timer)
  },
}

export interface SupervisorEvents {
  ready(detail: string, pid: number): void
  /** It has something to say. */
  notice(message: string): void
  /** It ended without being asked to and starts again. */
  restarting(how: string, delayMs: number): void
  /** It will not be started again. */
  failed(message: string): void
}

export interface StopOptions {
  /** Milliseconds between the request and SIGKILL. */
  graceMs: number
  /** Ask over IPC to end the runners too; without it SIGTERM is sent. */
  stopRunners?: boolean
}

export interface SupervisedChild {
  /** Ends it for good and resolves when it is gone. */
  stop(options: StopOptions): Promise<void>
  /** Ends this life only (new code in development): it starts again at once. */
  restart(): void
  /** Tells it to make haste, when a stop is under way; SIGKILL when it does not. */
  hurry(): void
  pid(): number | undefined
}

/**
 * Keeps one child alive.
 *
 *   starting ──ready──► serving ──exit──► waiting ──delay──► starting
 *      └──fatal, or too many failed starts──► failed         any ──stop──► stopping ──exit──► stopped
 */
export function superviseChild(
  name: string,
  start: StartChild,
  events: SupervisorEvents,
  clock: SupervisorClock = systemSupervisorClock,
): SupervisedChild {
  let child: Child | undefined
  let history: RestartHistory = NO_HISTORY
  let readyAt: number | undefined
  let fatal: string | undefined
  let stopping = false
  let reloading = false
  let cancelTimer = (): void => undefined
  let onGone = (): void => undefined

  function begin(): void {
    readyAt = undefined
    fatal = undefined
    reloading = false
    cancelTimer = clock.after(READY_TIMEOUT_MS, () => child?.kill('SIGKILL'))
    child = start({
      message(message) {
        if (message.type === 'fatal') {
          fatal = message.message
          return
        }
        if (message.type === 'notice') {
          events.notice(message.message)
          return
        }
        cancelTimer()
        readyAt = clock.monotonicMs()
        if (!stopping && child !== undefined) events.ready(message.detail, child.pid)
      },
      exited,
    })
  }

  function exited(how: string): void {
    cancelTimer()
    child = undefined
    onGone()
    if (stopping) return
    if (fatal !== undefined) {
      events.failed(fatal)
      return
    }
    if (reloading) {
      begin()
      return
    }
    const readyForMs = readyAt === undefined ? null : clock.monotonicMs() - readyAt
    const decision = planRestart(history, { readyForMs })
    if (decision.kind === 'give-up') {
      events.failed(`${name} does not start (${how})`)
      return
    }
    history = decision.history
    events.restarting(how, decision.delayMs)
    cancelTimer = clock.after(decision.delayMs, begin)
  }

  begin()
  return {
    pid: () => child?.pid,
    restart() {
      reloading = true
      child?.kill('SIGTERM')
    },
    hurry: () => {
      const current = child
      if (!stopping || current === undefined) return
      current.kill('SIGTERM')
      clock.after(HURRY_MS, () => current.kill('SIGKILL'))
    },
    stop({ graceMs, stopRunners = false }) {
      stopping = true
      cancelTimer()
      const current = child
      if (current === undefined) return Promise.resolve()
      return new Promise((resolve) => {
        const cancelKill = clock.after(graceMs, () => current.kill('SIGKILL'))
        onGone = () => {
          cancelKill()
          resolve()
        }
        if (stopRunners) current.send({ type: 'stop', stopRunners: true })
        else current.kill('SIGTERM')
      })
    },
  }
}

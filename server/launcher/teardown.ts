import type { StopRequest } from '../core/stop-signal'
import { type Console, startStep } from './start-line'

/** Something that was started. */
export interface Started {
  label: string
  stop(request: StopRequest): Promise<void>
  /** Asked while `stop` is under way: end it by force. */
  hurry?(): void
}

export interface Teardown {
  add(part: Started): void
  /** Stops everything, the last started first, one after the other. Resolves to false when a part did not stop. */
  run(request: StopRequest): Promise<boolean>
  /** Ends by force what is being stopped and what follows. */
  hurry(): void
}

/** Collects what was started and stops it in reverse. */
export function createTeardown(terminal: Console): Teardown {
  const parts: Started[] = []
  let current: Started | undefined
  let hurried = false

  return {
    add: (part) => {
      parts.push(part)
    },
    async run(request) {
      let clean = true
      for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
        const stopped = part
        current = stopped
        try {
          await startStep(terminal, stopped.label, async () => {
            const gone = stopped.stop(request)
            if (hurried) stopped.hurry?.()
            await gone
          })
        } catch (error) {
          // The rest is stopped all the same.
          clean = false
          terminal.error(`${error instanceof Error ? error.message : String(error)}\n`)
        }
      }
      current = undefined
      return clean
    },
    hurry() {
      hurried = true
      current?.hurry?.()
    },
  }
}

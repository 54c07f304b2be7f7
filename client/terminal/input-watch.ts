import type { Scheduler } from './scheduler'

/** A program that is there reads what is typed at once; a slow line takes a part of this. */
export const UNREAD_AFTER_MS = 3_000

/** Sees that what is sent into a terminal does not arrive there. */
export interface InputWatch {
  /** `waits`: something is sent and not acknowledged. `moved`: an acknowledgement has just come. */
  note(waits: boolean, moved: boolean): void
}

/** Tells each change of whether input has waited too long. Nothing waits yet. */
export function createInputWatch(scheduler: Scheduler, onUnread: (unread: boolean) => void): InputWatch {
  let cancel: (() => void) | null = null
  let unread = false

  function tell(now: boolean): void {
    if (now === unread) return
    unread = now
    onUnread(now)
  }

  return {
    note(waits, moved) {
      if (!waits || moved) {
        cancel?.()
        cancel = null
        tell(false)
      }
      if (waits && !unread)
        cancel ??= scheduler.after(UNREAD_AFTER_MS, () => {
          cancel = null
          tell(true)
        })
    },
  }
}

import { OUTPUT_WINDOW_BYTES } from '@/contracts/terminal/terminal'

/** A client that fell behind is brought up to date once it has rendered all but this share of its window. */
const CAUGHT_UP_BYTES = OUTPUT_WINDOW_BYTES / 4

/** What one client was sent and has acknowledged, as output offsets. */
export interface OutputWindow {
  /** The client has been sent everything before this. */
  readonly sent: number
  /** Output is being withheld: the client needs a resync once it has caught up. */
  readonly behind: boolean
  /** It is behind and has rendered what it was sent: time for a resync. */
  readonly wantsResync: boolean
  /** The stream goes on from `offset`, e.g. after a snapshot. */
  restart(offset: number): void
  /**
   * The part of a chunk to send now: what is new to the client, or null when it gets nothing. One that sets the pace is
   * never past its window: its output waits at the agent.
   */
  admit(offset: number, data: Uint8Array, setsPace?: boolean): { offset: number; data: Uint8Array } | null
  /** Takes an acknowledgement, clamped to what was sent. True when a client that was behind is ready for a resync. */
  acknowledge(offset: number): boolean
}

/** Flow control of one client. Pure bookkeeping; a slow client costs at most one window of memory. */
export function createOutputWindow(start: number): OutputWindow {
  let sent = start
  let acked = start
  let behind = false
  return {
    get sent() {
      return sent
    },
    get behind() {
      return behind
    },
    get wantsResync() {
      return behind && sent - acked <= CAUGHT_UP_BYTES
    },
    restart: (offset) => {
      sent = offset
      acked = offset
      behind = false
    },
    admit: (offset, data, setsPace = false) => {
      const end = offset + data.length
      if (behind || end <= sent) return null
      // A hole means output was withheld somewhere before: never paper over it.
      if (offset > sent || (!setsPace && sent - acked >= OUTPUT_WINDOW_BYTES)) {
        behind = true
        return null
      }
      const fresh = data.subarray(sent - offset)
      const at = sent
      sent = end
      return { offset: at, data: fresh }
    },
    acknowledge: (offset) => {
      if (!Number.isSafeInteger(offset)) return false
      acked = Math.max(acked, Math.min(offset, sent))
      return behind && sent - acked <= CAUGHT_UP_BYTES
    },
  }
}

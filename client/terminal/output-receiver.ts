import {
  OUTPUT_ACK_EVERY_BYTES,
  type TerminalAttached,
  type TerminalSize,
  type TerminalSnapshot,
} from '@/contracts/terminal/terminal'
import { type OutputPosition, place } from './output-position'
import type { Scheduler } from './scheduler'
import { createScreenQueue, type TerminalScreen } from './screen-queue'

/** Rendered bytes below the usual step are acknowledged this long after the last of them: a lone key's echo costs no
 *  packet of its own, and the daemon still learns soon that all has been drawn. */
const IDLE_ACK_MS = 50

export interface OutputReceiver {
  /** What to tell the daemon on a new connection: everything before it is here. */
  resumeFrom(): OutputPosition | null
  attached(message: TerminalAttached): void
  snapshot(message: TerminalSnapshot): void
  /** False when something is missing before these bytes: the connection is of no more use. */
  output(offset: number, data: Uint8Array): boolean
  resized(size: TerminalSize): void
  stop(): void
}

/**
 * Brings output to the screen in order, each byte once, and acknowledges what is rendered through `acknowledge`
 * (cumulative; a no-op while nobody is connected).
 */
export function createOutputReceiver(
  screen: TerminalScreen,
  scheduler: Scheduler,
  acknowledge: (offset: number) => void,
): OutputReceiver {
  const queue = createScreenQueue(screen)
  let position: OutputPosition | null = null
  // Grows with each snapshot, so that a late write callback of the stream before it acknowledges nothing.
  let stream = 0
  let rendered = 0
  let acknowledged = 0
  let cancelIdleAck: (() => void) | null = null
  // Where bytes were last missing: missing there twice, they cannot be had again and a snapshot must do.
  let gapAt: number | null = null

  function sendAck(): void {
    cancelIdleAck?.()
    cancelIdleAck = null
    if (rendered === acknowledged) return
    acknowledged = rendered
    acknowledge(rendered)
  }

  function hasRendered(ofStream: number, offset: number): void {
    if (ofStream !== stream) return
    rendered = offset
    if (rendered - acknowledged >= OUTPUT_ACK_EVERY_BYTES) sendAck()
    else if (!cancelIdleAck) cancelIdleAck = scheduler.after(IDLE_ACK_MS, sendAck)
  }

  return {
    resumeFrom: () => position,
    attached(message) {
      // Another epoch's offsets mean other bytes: only the snapshot that follows can place us.
      if (position && position.epoch !== message.epoch) position = null
      // A new connection has seen none of our acknowledgements; the next one is told again.
      acknowledged = -1
      if (!position) return
      queue.resize({ cols: message.cols, rows: message.rows })
      hasRendered(stream, rendered)
    },
    snapshot(message) {
      stream += 1
      const ofStream = stream
      position = { epoch: message.epoch, offset: message.offset }
      acknowledged = -1
      queue.reset(message, () => {
        if (ofStream !== stream) return
        rendered = message.offset
        sendAck()
      })
    },
    output(offset, data) {
      const placement = place(position, offset, data)
      if (placement.kind === 'gap') {
        if (position && gapAt === position.offset) position = null
        gapAt = position?.offset ?? null
        return false
      }
      if (placement.kind === 'doubled' || !position) return true
      position = { epoch: position.epoch, offset: placement.offset }
      const ofStream = stream
      queue.write(placement.data, () => hasRendered(ofStream, placement.offset))
      return true
    },
    resized: (size) => queue.resize(size),
    stop() {
      cancelIdleAck?.()
      cancelIdleAck = null
    },
  }
}

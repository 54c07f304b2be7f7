import {
  INPUT_SEQ_STRIDE,
  MAX_INPUT_BYTES,
  MAX_UNACKED_INPUT_BYTES,
  MAX_UNACKED_INPUTS,
} from '@/contracts/terminal/terminal'

/** Typed or pasted input held here at most: a paste larger than this is refused whole, never cut silently. */
export const MAX_HELD_INPUT_BYTES = 32 * 1024 * 1024

export type InputData = string | Uint8Array
export interface InputMessage {
  seq: number
  data: InputData
}

/** Input on its way to the PTY: numbered when first sent, kept until acknowledged. */
export interface InputQueue {
  /** Takes `data` behind what is held; false when it would not fit, and then nothing of it is held. */
  push(data: InputData): boolean
  /** The next message that may be sent now, moved to the unacknowledged ones; null when none may. */
  next(): InputMessage | null
  /** All sent but unacknowledged messages, in order: what a new connection must send again. */
  unacknowledged(): readonly InputMessage[]
  /** Cumulative. A seq never sent is ignored. */
  acknowledge(seq: number): void
  /** Numbers go on after `seq`, where the daemon knows this client better than we do. */
  continueAfter(seq: number): void
  /** Forgets everything held; returns how many bytes that were. What was sent of it may be in the PTY or not. */
  drop(): number
  /** Bytes held, sent or not. */
  heldBytes(): number
}

const encoder = new TextEncoder()

const byteLength = (data: InputData): number =>
  typeof data === 'string' ? encoder.encode(data).byteLength : data.byteLength

/** Cuts into pieces of at most MAX_INPUT_BYTES. The PTY is a byte stream, so a cut inside a character is harmless. */
function cut(data: InputData): InputData[] {
  if (byteLength(data) === 0) return []
  if (byteLength(data) <= MAX_INPUT_BYTES) return [data]
  const bytes = typeof data === 'string' ? encoder.encode(data) : data
  const pieces: Uint8Array[] = []
  for (let at = 0; at < bytes.byteLength; at += MAX_INPUT_BYTES) pieces.push(bytes.slice(at, at + MAX_INPUT_BYTES))
  return pieces
}

/** An empty queue whose numbers start at 1. */
export function createInputQueue(): InputQueue {
  let waiting: InputData[] = []
  let sent: InputMessage[] = []
  let sentBytes = 0
  let held = 0
  let lastSeq = 0

  /** Keys typed while nothing may be sent become one message, so that a slow link does not turn them into a crowd. */
  function append(piece: InputData): void {
    const last = waiting.at(-1)
    if (
      typeof last === 'string' &&
      typeof piece === 'string' &&
      byteLength(last) + byteLength(piece) <= MAX_INPUT_BYTES
    )
      waiting[waiting.length - 1] = last + piece
    else waiting.push(piece)
  }

  return {
    push(data) {
      const pieces = cut(data)
      const size = pieces.reduce((sum, piece) => sum + byteLength(piece), 0)
      if (held + size > MAX_HELD_INPUT_BYTES) return false
      held += size
      for (const piece of pieces) append(piece)
      return true
    },
    next() {
      const data = waiting[0]
      if (data === undefined || sent.length >= MAX_UNACKED_INPUTS) return null
      const size = byteLength(data)
      if (sentBytes + size > MAX_UNACKED_INPUT_BYTES) return null
      waiting.shift()
      sentBytes += size
      lastSeq += 1
      const message = { seq: lastSeq, data }
      sent.push(message)
      return message
    },
    unacknowledged: () => sent,
    acknowledge(seq) {
      const firstLeft = sent.findIndex((message) => message.seq > seq)
      const done = firstLeft === -1 ? sent.splice(0) : sent.splice(0, firstLeft)
      for (const message of done) {
        const size = byteLength(message.data)
        held -= size
        sentBytes -= size
      }
    },
    continueAfter(seq) {
      lastSeq = Math.max(lastSeq, seq)
    },
    drop() {
      const dropped = held
      // Their numbers are not used again: where one was written after all, new input under it would pass for a repeat.
      if (sent.length > 0) lastSeq = Math.ceil((lastSeq + MAX_UNACKED_INPUTS) / INPUT_SEQ_STRIDE) * INPUT_SEQ_STRIDE
      waiting = []
      sent = []
      sentBytes = 0
      held = 0
      return dropped
    },
    heldBytes: () => held,
  }
}

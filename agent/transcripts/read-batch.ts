import type { FileHandle } from 'node:fs/promises'
import type { TranscriptBatch, TranscriptFile } from '@/contracts/agent-protocol/transcript'
import type { RedactText } from '@/contracts/redaction/redact-text'
import { createFold } from './fold-lines'
import { formatOf } from './formats'
import { readLines } from './read-lines'
import { type LineMemory, NOTHING_BEFORE } from './transcript-format'

/** Bytes of a file one batch is made from: a reader that works on history still turns to what is live soon. */
const BATCH_BYTES = 4 * 1024 * 1024
/** Bytes before a batch in which is looked for what its lines go on with; where that is not enough, ever more of them. */
const LOOK_BACK_BYTES = 1024 * 1024
const LOOK_FURTHER = 8

/** Lines at the beginning of a file that say whose it is. */
const HEAD_LINES = 3

/** Where reading goes on, and what is remembered of the lines before. */
export interface ReadState {
  offset: number
  memory: LineMemory
}

/** Everything of a file between two offsets, at most a batch of it. `next` is where reading goes on. */
export async function readBatch(
  handle: FileHandle,
  file: TranscriptFile,
  from: ReadState,
  /** When the file was last written, for lines that tell no time. Unix milliseconds. */
  writtenAt: number,
  redact: RedactText,
): Promise<{ batch: TranscriptBatch; next: ReadState }> {
  const fold = createFold(file, from.memory, writtenAt, redact)
  let to = from.offset
  reading: for await (const lines of readLines(handle, from.offset)) {
    for (const line of lines) {
      if (!fold.take(line.text)) break reading
      to = line.end
      if (to - from.offset >= BATCH_BYTES) break reading
    }
  }
  const session = fold.session()
  const cwd = session.cwd ?? (await formatOf(file.provider).cwdOf?.(file.path)) ?? null
  return {
    batch: { file, from: from.offset, to, usage: fold.usage(), session: { ...session, cwd } },
    next: { offset: to, memory: fold.memory() },
  }
}

/** Takes up reading at an offset nothing is remembered of. */
export async function resumeAt(handle: FileHandle, file: TranscriptFile, offset: number): Promise<ReadState> {
  const { isEnough } = formatOf(file.provider)
  for (let bytes = LOOK_BACK_BYTES; ; bytes *= LOOK_FURTHER) {
    const from = Math.max(0, offset - bytes)
    const memory = await recall(handle, file, from, offset)
    if (from === 0 || isEnough(memory)) return { offset, memory }
  }
}

/** What the lines between two offsets leave to remember. The first one may be a piece of a line: it tells nothing then. */
async function recall(handle: FileHandle, file: TranscriptFile, from: number, to: number): Promise<LineMemory> {
  if (to === 0) return NOTHING_BEFORE
  const format = formatOf(file.provider)
  const head = format.createTeller(file, NOTHING_BEFORE)
  for await (const lines of readLines(handle, 0)) {
    for (const { text } of lines.slice(0, HEAD_LINES)) if (text !== null) head.tell(text, 0)
    break
  }
  const teller = format.createTeller(file, { ...NOTHING_BEFORE, origin: head.memory().origin })
  for await (const lines of readLines(handle, from)) {
    for (const { start, text } of lines) {
      if (start >= to) return teller.memory()
      if (text !== null) teller.tell(text, 0)
    }
  }
  return teller.memory()
}

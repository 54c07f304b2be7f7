import type { FileHandle } from 'node:fs/promises'
import type { ReadTranscript, TranscriptPage } from '@/contracts/agent-protocol/session-files'
import type { RedactText } from '@/contracts/redaction/redact-text'
import type { TranscriptEntry } from '@/contracts/transcript/entry'
import { entriesOfLine, type LineEntries } from './claude/entries-of-line'
import type { LineTable } from './line-table'
import { MAX_LINE_BYTES } from './read-lines'

/** What the entries of one page weigh at most as JSON: with what a character may need, it fits into one message. */
export const MAX_PAGE_BYTES = 2 * 1024 * 1024
/** The lines of a message come together, but for results of tools: before a page so many lines are looked at for it. */
const LOOK_BACK_LINES = 64

/** A page but for the number of all entries. */
export type PageEntries = Omit<TranscriptPage, 'total'>

/** Up to `limit` entries before or after a position, whole lines of them and at least one; the newest without either. */
export async function readPage(
  table: LineTable,
  { before, after, limit }: Pick<ReadTranscript, 'before' | 'after' | 'limit'>,
  redact: RedactText,
): Promise<PageEntries> {
  await table.refresh()
  const { end, count } = table
  const file = await table.open()
  try {
    const lineAt = (index: number) => readEntries(file, table, index, redact)
    const step = after === null ? -1 : 1
    const shown: LineEntries[] = []
    const room = { entries: limit, bytes: MAX_PAGE_BYTES }
    let from = after === null ? (before === null ? count : table.firstFrom(before)) : table.firstFrom(after + 1)
    let to = from
    for (;;) {
      const index = step < 0 ? from - 1 : to
      if (index < 0 || index >= count) break
      const line = await lineAt(index)
      const bytes = weightOf(line.entries)
      const fits = line.entries.length <= room.entries && bytes <= room.bytes
      // Lines that show nothing are stepped over.
      if (line.entries.length > 0 && shown.length > 0 && !fits) break
      room.entries -= line.entries.length
      room.bytes -= bytes
      if (step < 0) from = index
      else to = index + 1
      if (line.entries.length > 0) shown.push(line)
    }
    if (step < 0) shown.reverse()
    tellTokensOnce(shown, shown.some(({ messageId }) => messageId !== null) ? await messagesBefore(lineAt, from) : [])
    return {
      entries: shown.flatMap(({ entries }) => entries),
      hasBefore: await showsAny(lineAt, from - 1, -1, count),
      hasAfter: await showsAny(lineAt, to, 1, count),
      end,
    }
  } finally {
    await file.close()
  }
}

type LineAt = (index: number) => Promise<LineEntries>

/** Whether a line from `index` on, in this direction, shows anything. */
async function showsAny(lineAt: LineAt, index: number, step: 1 | -1, count: number): Promise<boolean> {
  for (let at = index; at >= 0 && at < count; at += step) {
    if ((await lineAt(at)).entries.length > 0) return true
  }
  return false
}

/** Messages that the lines just before a page are of. */
async function messagesBefore(lineAt: LineAt, from: number): Promise<string[]> {
  const messages: string[] = []
  for (let index = from - 1; index >= Math.max(0, from - LOOK_BACK_LINES); index -= 1) {
    const { messageId } = await lineAt(index)
    if (messageId !== null) messages.push(messageId)
  }
  return messages
}

/** Each line of a message has all of its tokens; they are told with the first. */
function tellTokensOnce(lines: readonly LineEntries[], before: readonly string[]): void {
  const told = new Set(before)
  for (const { entries, messageId } of lines) {
    if (messageId === null) continue
    const [first] = entries
    if (told.has(messageId) && first && 'tokens' in first) first.tokens = null
    told.add(messageId)
  }
}

/** What a line shows, as much of it as a page carries. */
async function readEntries(
  file: FileHandle,
  table: LineTable,
  index: number,
  redact: RedactText,
): Promise<LineEntries> {
  const position = table.start(index)
  const text = await readText(file, position, table.start(index + 1))
  // The line as it is, before anything of it is cut: a part of a secret would not be known.
  const { entries, messageId } = entriesOfLine({ position, text: text === null ? null : redact(text) })
  return { entries: withinBytes(entries, MAX_PAGE_BYTES), messageId: entries.length === 0 ? null : messageId }
}

/** A line without its line feed; null for one too long to be read. */
async function readText(file: FileHandle, start: number, end: number): Promise<string | null> {
  const length = end - start
  if (length > MAX_LINE_BYTES) return null
  const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(length), 0, length, start)
  const text = buffer.toString('utf8', 0, bytesRead)
  return text.endsWith('\n') ? text.slice(0, -1) : text
}
const weightOf = (entries: readonly TranscriptEntry[]): number => Buffer.byteLength(JSON.stringify(entries))

/** One line may hold more than a page can carry: what is over is left out, and said. */
function withinBytes(entries: TranscriptEntry[], maxBytes: number): TranscriptEntry[] {
  let bytes = 0
  const fitting = entries.findIndex((entry) => {
    bytes += weightOf([entry])
    return bytes > maxBytes
  })
  const [head] = entries
  if (fitting === -1 || !head) return entries
  const { position, uuid, at } = head
  const problem = `${entries.length - fitting} more parts of this line are too large to be shown.`
  return [
    ...entries.slice(0, fitting),
    { position, part: fitting, uuid, at, kind: 'malformed', body: { text: '', cut: true }, problem },
  ]
}

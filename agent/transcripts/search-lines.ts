import type { SearchTranscript, TranscriptHits } from '@/contracts/agent-protocol/session-files'
import type { RedactText } from '@/contracts/redaction/redact-text'
import type { TranscriptEntry } from '@/contracts/transcript/entry'
import { entriesOfLine } from './claude/entries-of-line'
import type { LineTable } from './line-table'
import { readLines } from './read-lines'

/** Characters of a hit's surroundings, on either side. */
const EXCERPT = 80
/** What stands in a line as it is shown: what JSON and its pretty printing put around it may stand otherwise. */
const PLAIN = /[^"\\\s{}[\]:,\p{Cc}]+/gu
/** A character of such a text that is written by its number, which nobody has to do. */
const ESCAPED = /\\u(?!00[01])|\\\//

/** Tells quickly of most lines that they cannot have an entry with the text, given in lower case. */
function sieve(needle: string): (line: string) => boolean {
  const pieces = needle.match(PLAIN) ?? []
  return (line) => {
    const lower = line.toLowerCase()
    return pieces.every((piece) => lower.includes(piece)) || ESCAPED.test(line)
  }
}

/** Entries that hold a text, case-insensitive, oldest first; one hit for each line. For a secret there is none. */
export async function searchLines(
  table: LineTable,
  { text, limit }: Pick<SearchTranscript, 'text' | 'limit'>,
  redact: RedactText,
): Promise<TranscriptHits> {
  await table.refresh()
  const needle = text.toLowerCase()
  const mayHold = sieve(needle)
  const hits: TranscriptHits['hits'] = []
  const file = await table.open()
  try {
    for await (const lines of readLines(file, 0)) {
      for (const { start, text: line } of lines) {
        if (start >= table.end) return { hits, more: false }
        if (line === null || !mayHold(line)) continue
        const excerpt = excerptOf(start, redact(line), needle)
        if (excerpt === null) continue
        if (hits.length === limit) return { hits, more: true }
        hits.push({ position: start, excerpt })
      }
    }
    return { hits, more: false }
  } finally {
    await file.close()
  }
}

function excerptOf(position: number, line: string, needle: string): string | null {
  const { entries } = entriesOfLine({ position, text: line }, Number.POSITIVE_INFINITY)
  for (const text of entries.flatMap(textsOf)) {
    const at = text.toLowerCase().indexOf(needle)
    if (at === -1) continue
    const piece = text.slice(Math.max(0, at - EXCERPT), at + needle.length + EXCERPT)
    return piece.replace(/\s+/g, ' ').trim().toWellFormed()
  }
  return null
}

/** What of an entry is shown, and so can be looked for. */
function textsOf(entry: TranscriptEntry): string[] {
  if (entry.kind === 'tool_call') return [entry.name, entry.input.text]
  return 'body' in entry ? [entry.body.text] : []
}

import { setTimeout as rest } from 'node:timers/promises'
import { entriesOfLine } from './claude/entries-of-line'
import type { LineTable } from './line-table'
import { readLines } from './read-lines'

/** So much is counted while somebody waits; what is longer is counted meanwhile. */
const WAIT_FOR_BYTES = 1024 * 1024
/** Between two pieces of a long count, so that pages are read in between. */
const REST_MS = 25

/** How many entries a transcript has. To know it, each line has to be read, once. */
export interface EntryCount {
  /** Of all lines in the table; null while a long transcript is still being counted. */
  total(): Promise<number | null>
}

export function createEntryCount(table: LineTable): EntryCount {
  let generation = -1
  let counted = 0
  let total = 0
  let counting: Promise<void> | null = null

  async function goOn(): Promise<void> {
    if (table.generation !== generation) {
      generation = table.generation
      counted = 0
      total = 0
    }
    const end = table.end
    const isLong = end - counted > WAIT_FOR_BYTES
    const file = await table.open()
    try {
      for await (const lines of readLines(file, counted)) {
        for (const { start, end: lineEnd, text } of lines) {
          if (start >= end || table.generation !== generation) return
          total += entriesOfLine({ position: start, text }).entries.length
          counted = lineEnd
        }
        if (isLong) await rest(REST_MS)
      }
    } finally {
      await file.close()
    }
  }

  return {
    async total() {
      const isKnown = () => generation === table.generation && counted >= table.end
      if (isKnown()) return total
      const toCount = table.end - (generation === table.generation ? counted : 0)
      counting ??= goOn().finally(() => {
        counting = null
      })
      if (toCount <= WAIT_FOR_BYTES) await counting
      // Whoever reads the next page is told why the file cannot be read.
      else counting.catch(() => undefined)
      return isKnown() ? total : null
    },
  }
}

import type { SessionTranscript } from '@/contracts/session/session-transcript'
import type { TranscriptEntry } from '@/contracts/transcript/entry'

/** Entries kept at once; beyond it the far end is given up and asked for again when it is scrolled to. */
export const MAX_LOADED_ENTRIES = 20_000

/** A piece of a transcript without gaps. */
export interface LoadedTranscript {
  entries: TranscriptEntry[]
  hasBefore: boolean
  hasAfter: boolean
  /** Entries of the whole transcript; null while they are being counted. */
  total: number | null
  /** US dollars by message id. */
  costs: Readonly<Record<string, number>>
}

/** A piece begun with its first page. */
export const beginWith = ({ entries, hasBefore, hasAfter, total, costs }: SessionTranscript): LoadedTranscript => ({
  entries,
  hasBefore,
  hasAfter,
  total,
  costs,
})

/** The piece with the page before it. A page that does not end where it begins, since it came twice, changes nothing. */
export function addBefore(loaded: LoadedTranscript, page: SessionTranscript): LoadedTranscript {
  const first = loaded.entries[0]
  const last = page.entries.at(-1)
  if (first && last && last.position >= first.position) return loaded
  const entries = [...page.entries, ...loaded.entries]
  const kept = entries.slice(0, MAX_LOADED_ENTRIES)
  return {
    entries: kept,
    hasBefore: page.hasBefore,
    hasAfter: loaded.hasAfter || kept.length < entries.length,
    total: page.total,
    costs: { ...page.costs, ...loaded.costs },
  }
}

/** The same with the page after it. */
export function addAfter(loaded: LoadedTranscript, page: SessionTranscript): LoadedTranscript {
  const last = loaded.entries.at(-1)
  const first = page.entries[0]
  if (first && last && first.position <= last.position) return loaded
  if (!first && page.hasAfter === loaded.hasAfter && page.total === loaded.total) return loaded
  const entries = [...loaded.entries, ...page.entries]
  const kept = entries.slice(-MAX_LOADED_ENTRIES)
  return {
    entries: kept,
    hasBefore: loaded.hasBefore || kept.length < entries.length,
    hasAfter: page.hasAfter,
    total: page.total,
    costs: { ...loaded.costs, ...page.costs },
  }
}

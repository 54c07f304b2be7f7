import type { TranscriptEntry } from '@/contracts/transcript/entry'
import { totalTokens } from '@/contracts/usage/tokens'
import type { LoadedTranscript } from './transcript-state'

type Entry<Kind extends TranscriptEntry['kind']> = Extract<TranscriptEntry, { kind: Kind }>

/** What a turn came to: from a prompt up to the next. `open`: more of it is not loaded. */
export interface TurnSum {
  tokens: number
  costUsd: number
  open: boolean
}

/** One row of the reader. */
export interface TranscriptItem {
  key: string
  entry: TranscriptEntry
  /** Of a tool call, once it is there. */
  result: Entry<'tool_result'> | null
  /** On the prompt that begins a turn. */
  turn: TurnSum | null
}

/** Rows of what is loaded: results go with their calls, sums of a turn with its prompt. */
export function toItems(loaded: LoadedTranscript): TranscriptItem[] {
  const { entries, costs } = loaded
  const calls = new Set(entries.flatMap((entry) => (entry.kind === 'tool_call' ? entry.toolUseId : [])))
  const results = new Map(entries.flatMap((entry) => (entry.kind === 'tool_result' ? [[entry.toolUseId, entry]] : [])))
  const items: TranscriptItem[] = []
  let turn: TurnSum | null = null
  for (const entry of entries) {
    if (entry.kind === 'tool_result' && calls.has(entry.toolUseId)) continue
    if (entry.kind === 'user') turn = { tokens: 0, costUsd: 0, open: false }
    if (turn && 'tokens' in entry && entry.tokens) {
      turn.tokens += totalTokens(entry.tokens)
      turn.costUsd += costOf(entry, costs)
    }
    items.push({
      key: `${entry.position}.${entry.part}`,
      entry,
      result: entry.kind === 'tool_call' ? (results.get(entry.toolUseId) ?? null) : null,
      turn: entry.kind === 'user' ? turn : null,
    })
  }
  if (turn && loaded.hasAfter) turn.open = true
  return items
}

/** What the message of an entry cost; 0 where its price is not known. */
export const costOf = (entry: { messageId: string | null }, costs: LoadedTranscript['costs']): number =>
  entry.messageId === null ? 0 : (costs[entry.messageId] ?? 0)

/** The row that shows the entry at a position, which may be a result within the row of its call; -1 where none does. */
export const indexOfPosition = (items: readonly TranscriptItem[], position: number): number =>
  items.findIndex((item) => item.entry.position === position || item.result?.position === position)

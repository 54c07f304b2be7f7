import { z } from 'zod'
import { type EntryText, MAX_ENTRY_TEXT, type TranscriptEntry } from '@/contracts/transcript/entry'
import type { TokenCounts } from '@/contracts/usage/tokens'
import { type ContentBlock, type LineUsage, lineTime, parseLine, type TranscriptLine } from './line'
import { isProgramText } from './prompt-text'
import { diffOfCall, diffOfResult, subagentOfResult, summarizeCall } from './tool-call'

/** Of a line that cannot be read so much is shown. */
const MAX_MALFORMED_TEXT = 200

/** One line of a transcript, where it is. */
export interface PlacedLine {
  position: number
  /** Null where it is longer than any line that is read. */
  text: string | null
}

/** The message a line is of; null where none has one, as in lines that cannot be read. */
export interface LineEntries {
  entries: TranscriptEntry[]
  messageId: string | null
}

type Base = Pick<TranscriptEntry, 'position' | 'part' | 'uuid' | 'at'>
/** An entry but for its place. */
type Piece = TranscriptEntry extends infer Entry ? (Entry extends unknown ? Omit<Entry, keyof Base> : never) : never

/**
 * What a line of a Claude Code transcript shows: nothing, one thing, or one for each block of its message. The first has
 * the tokens of its message, of which other lines may tell too. `maxText`: characters of one text that are kept. Never
 * throws: a line that cannot be read is shown as what it is.
 */
export function entriesOfLine({ position, text }: PlacedLine, maxText = MAX_ENTRY_TEXT): LineEntries {
  const keep = (whole: string): EntryText => cutText(whole, maxText)
  const place = (pieces: Piece[], line: TranscriptLine | null): TranscriptEntry[] =>
    pieces.map((piece, part) => ({ ...piece, position, part, uuid: line?.uuid ?? null, at: timeOf(line) }))
  const malformed = (problem: string): LineEntries => {
    const body = cutText(text ?? '', Math.min(maxText, MAX_MALFORMED_TEXT))
    return { entries: place([{ kind: 'malformed', body, problem }], null), messageId: null }
  }

  if (text === null) return malformed('It is too long to be read.')
  if (text.trim() === '') return { entries: [], messageId: null }
  const { line, problem } = parseLine(text)
  if (line === null) return malformed(problem)
  try {
    const pieces = piecesOf(line, keep)
    const messageId = line.type === 'assistant' ? (line.message?.id ?? null) : null
    const [first] = pieces
    if (first && 'tokens' in first && messageId !== null) {
      first.tokens = tokensOf(line.message?.usage)
    }
    return { entries: place(pieces, line), messageId }
  } catch (error) {
    // E.g. an input nested so deep that it cannot be written out.
    return malformed(`It cannot be shown: ${error instanceof Error ? error.message : error}`)
  }
}

function timeOf(line: TranscriptLine | null): string | null {
  const at = line === null ? null : lineTime(line)
  return at === null ? null : new Date(at).toISOString()
}

/** The text up to `max` characters, without half characters. */
export const cutText = (text: string, max: number): EntryText => ({
  text: text.slice(0, max).toWellFormed(),
  cut: text.length > max,
})

function tokensOf(usage: LineUsage | null | undefined): TokenCounts | null {
  if (!usage) return null
  const split = usage.cache_creation
  return {
    input: usage.input_tokens,
    output: usage.output_tokens,
    cacheRead: usage.cache_read_input_tokens,
    cacheWrite5m: split?.ephemeral_5m_input_tokens ?? usage.cache_creation_input_tokens,
    cacheWrite1h: split?.ephemeral_1h_input_tokens ?? 0,
  }
}

type Keep = (text: string) => EntryText

function piecesOf(line: TranscriptLine, keep: Keep): Piece[] {
  switch (line.type) {
    case 'user':
      return userPieces(line, keep)
    case 'assistant':
      return assistantPieces(line, keep)
    case 'system':
      return systemPieces(line, keep)
    default:
      // Bookkeeping of the program, of which every version has more.
      return []
  }
}

const blocksOf = (line: TranscriptLine): readonly ContentBlock[] => {
  const content = line.message?.content ?? []
  return typeof content === 'string' ? [{ type: 'text', text: content }] : content
}

function userPieces(line: TranscriptLine, keep: Keep): Piece[] {
  const isNote = line.isMeta === true || line.isCompactSummary === true
  return blocksOf(line).flatMap((block): Piece[] => {
    if (block.type === 'tool_result') {
      return [
        {
          kind: 'tool_result',
          toolUseId: block.tool_use_id ?? '',
          body: keep(textOfContent(block.content)),
          isError: block.is_error ?? false,
          diff: diffOfResult(line.toolUseResult),
          subagentId: subagentOfResult(line.toolUseResult),
        },
      ]
    }
    const text = textOfBlock(block)
    if (text.trim() === '') return []
    return [{ kind: isNote || isProgramText(text) ? 'note' : 'user', body: keep(text) }]
  })
}

function assistantPieces(line: TranscriptLine, keep: Keep): Piece[] {
  const message = { model: line.message?.model ?? null, tokens: null, messageId: line.message?.id ?? null }
  return blocksOf(line).flatMap((block): Piece[] => {
    if (line.isApiErrorMessage === true) return [{ kind: 'error', body: keep(textOfBlock(block)) }]
    if (block.type === 'thinking' || block.type === 'redacted_thinking') {
      return [{ ...message, kind: 'thinking', body: keep(block.thinking ?? '') }]
    }
    if (block.id != null && block.name != null) {
      return [
        {
          ...message,
          kind: 'tool_call',
          toolUseId: block.id,
          name: block.name,
          summary: summarizeCall(block.input),
          input: keep(JSON.stringify(block.input ?? {}, null, 2)),
          diff: diffOfCall(block.input),
        },
      ]
    }
    return [{ ...message, kind: 'assistant', body: keep(textOfBlock(block)) }]
  })
}

function systemPieces(line: TranscriptLine, keep: Keep): Piece[] {
  if (line.subtype === 'compact_boundary') {
    const facts = line.compactMetadata
    return [
      {
        kind: 'compaction',
        trigger: facts?.trigger ?? null,
        tokensBefore: facts?.preTokens ?? null,
        tokensAfter: facts?.postTokens ?? null,
      },
    ]
  }
  if (line.subtype === 'api_error') return [{ kind: 'error', body: keep(describeApiError(line.error)) }]
  const text = textOfContent(line.content)
  return text.trim() === '' ? [] : [{ kind: 'note', body: keep(text) }]
}

const apiError = z.object({
  status: z.number().optional().catch(undefined),
  message: z.string().optional().catch(undefined),
})

function describeApiError(error: unknown): string {
  if (typeof error === 'string') return `API error: ${error}`
  const { status, message } = apiError.catch({}).parse(error)
  return ['API error', status, message].filter((word) => word !== undefined).join(' ')
}

const content = z.union([
  z.string(),
  z.array(
    z
      .object({ type: z.string(), text: z.string().optional().catch(undefined) })
      .nullable()
      .catch(null),
  ),
])

/** The text of a result: as it is, or of its blocks. */
function textOfContent(value: unknown): string {
  if (value === undefined || value === null) return ''
  const parsed = content.safeParse(value)
  if (!parsed.success) return JSON.stringify(value, null, 2)
  if (typeof parsed.data === 'string') return parsed.data
  return parsed.data.flatMap((block) => (block === null ? [] : [textOfBlock(block)])).join('\n')
}

const textOfBlock = (block: { type: string; text?: string | null | undefined }): string =>
  block.text ?? `[${block.type}]`

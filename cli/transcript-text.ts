import type { TranscriptEntry } from '@/contracts/transcript/entry'
import { totalTokens } from '@/contracts/usage/tokens'
import type { Cli } from './cli'
import { inertLine, inertLines } from './text/inert-text'

/** One entry of a transcript for a terminal: who or what, and its text, made inert. */
export function entryText(cli: Cli, entry: TranscriptEntry): string {
  const { colors } = cli
  const head = (word: string): string => colors.bold(`${entry.at ?? ''} ${inertLine(word)}`.trim())
  const body = 'body' in entry ? `${inertLines(entry.body.text)}${entry.body.cut ? ' […]' : ''}` : ''
  const spent = 'tokens' in entry && entry.tokens ? colors.dim(`  ${totalTokens(entry.tokens)} tokens`) : ''
  switch (entry.kind) {
    case 'tool_call':
      return `${head(`${entry.name}: ${entry.summary}`)}${spent}`
    case 'tool_result':
      return `${head(entry.isError ? 'result (error)' : 'result')}\n${body}`
    case 'compaction':
      return head(`compaction (${entry.trigger ?? 'unknown'}, ${entry.tokensBefore ?? '?'} tokens before)`)
    case 'malformed':
      return `${head(`malformed line at ${entry.position}: ${entry.problem}`)}\n${body}`
    default:
      return `${head(entry.kind)}${spent}\n${body}`
  }
}

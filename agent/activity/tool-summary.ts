import { MAX_DETAIL_LENGTH } from '@/contracts/runner/activity-detail'

/** What says best what a tool is about, by the names its input may have for it, best first. */
const TELLING = [
  'command',
  'file_path',
  'notebook_path',
  'pattern',
  'query',
  'url',
  'description',
  'subject',
  'prompt',
  'path',
]

/** One line without control characters, short enough for a row. */
export const oneLine = (text: string): string =>
  text
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .slice(0, MAX_DETAIL_LENGTH)

/** What a tool is called with, in one line; empty when its input holds nothing that tells. */
export function toolSummary(input: Readonly<Record<string, unknown>> | undefined): string {
  for (const name of TELLING) {
    const value = input?.[name]
    if (typeof value === 'string' && value.trim() !== '') return oneLine(value)
  }
  return ''
}

import { z } from 'zod'
import { type DiffLine, MAX_DIFF_LINE, MAX_DIFF_LINES } from '@/contracts/transcript/entry'

/** One line, however long what it is about is. */
const MAX_SUMMARY = 300

/** What a call is about, by the first of these that it has. */
const TELLING = ['command', 'file_path', 'notebook_path', 'pattern', 'url', 'query', 'description', 'subject', 'prompt']

const asRecord = z.record(z.string(), z.unknown()).catch({})

/** What a call of a tool does, in one line. */
export function summarizeCall(input: unknown): string {
  const fields = asRecord.parse(input)
  const texts = [...TELLING.map((name) => fields[name]), ...Object.values(fields)]
  const first = texts.find((value): value is string => typeof value === 'string' && value.trim() !== '')
  return (first ?? '').replace(/\s+/g, ' ').trim().slice(0, MAX_SUMMARY).toWellFormed()
}

const edit = z.object({ old_string: z.string(), new_string: z.string() })
const write = z.object({ file_path: z.string(), content: z.string() })

/** What a call asks to change in a file; null for a call that changes none. */
export function diffOfCall(input: unknown): DiffLine[] | null {
  const edited = edit.safeParse(input)
  if (edited.success) return diffOfTexts(edited.data.old_string, edited.data.new_string)
  const written = write.safeParse(input)
  return written.success ? bounded(linesOf(written.data.content).map(added)) : null
}

const line = (kind: DiffLine['kind'], text: string): DiffLine => ({
  kind,
  text: text.slice(0, MAX_DIFF_LINE).toWellFormed(),
})
const added = (text: string): DiffLine => line('added', text)
const removed = (text: string): DiffLine => line('removed', text)
const same = (text: string): DiffLine => line('same', text)

const linesOf = (text: string): string[] => (text === '' ? [] : text.replace(/\n$/, '').split('\n'))

/** Lines both begin or end with stay; between them everything old goes and everything new comes. */
function diffOfTexts(before: string, after: string): DiffLine[] {
  const old = linesOf(before)
  const fresh = linesOf(after)
  let head = 0
  while (head < old.length && head < fresh.length && old[head] === fresh[head]) head += 1
  let tail = 0
  const room = Math.min(old.length, fresh.length) - head
  while (tail < room && old[old.length - 1 - tail] === fresh[fresh.length - 1 - tail]) tail += 1
  return bounded([
    ...old.slice(0, head).map(same),
    ...old.slice(head, old.length - tail).map(removed),
    ...fresh.slice(head, fresh.length - tail).map(added),
    ...old.slice(old.length - tail).map(same),
  ])
}

const patch = z.object({
  structuredPatch: z.array(
    z.object({
      oldStart: z.number(),
      oldLines: z.number(),
      newStart: z.number(),
      newLines: z.number(),
      lines: z.array(z.string()),
    }),
  ),
})
const KINDS: Record<string, DiffLine['kind']> = { ' ': 'same', '+': 'added', '-': 'removed' }

/** What a tool changed in a file, as its result tells; null for one that tells of no change. */
export function diffOfResult(result: unknown): DiffLine[] | null {
  const parsed = patch.safeParse(result)
  if (!parsed.success || parsed.data.structuredPatch.length === 0) return null
  return bounded(
    parsed.data.structuredPatch.flatMap((hunk) => [
      line('gap', `@@ -${hunk.oldStart},${hunk.oldLines} +${hunk.newStart},${hunk.newLines} @@`),
      // Besides the three kinds there is "\ No newline at end of file".
      ...hunk.lines.slice(0, MAX_DIFF_LINES).map((text) => line(KINDS[text[0] ?? ''] ?? 'gap', text.slice(1))),
    ]),
  )
}

function bounded(lines: DiffLine[]): DiffLine[] {
  if (lines.length <= MAX_DIFF_LINES) return lines
  const rest = lines.length - MAX_DIFF_LINES + 1
  return [...lines.slice(0, MAX_DIFF_LINES - 1), line('gap', `${rest} more lines`)]
}

/** The sub-agent that a result tells of. */
export function subagentOfResult(result: unknown): string | null {
  const { agentId } = asRecord.parse(result)
  return typeof agentId === 'string' && agentId !== '' ? agentId : null
}

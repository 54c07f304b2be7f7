import { diffLines } from 'diff'
import { z } from 'zod'
import type { Approval } from '@/contracts/approval/approval'
import { type AskedQuestion, questionsOf } from '@/contracts/approval/question'

/** A diff that takes longer is shown as all removed and all added. */
const DIFF_TIMEOUT_MS = 200

export interface DiffLine {
  kind: 'same' | 'added' | 'removed'
  text: string
}

/** What a program asks, taken apart so that a person sees all of it: what is in no other part is in `rest`. */
export interface ApprovalView {
  command: string | null
  path: string | null
  /** What becomes of the file. */
  diff: DiffLine[]
  plan: string | null
  questions: readonly AskedQuestion[]
  /** Every input that is shown in no other way, by its name. */
  rest: [name: string, value: string][]
}

const edit = z.object({ old_string: z.string(), new_string: z.string() })

const linesOf = (text: string): string[] => {
  if (text === '') return []
  const lines = text.split('\n')
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines
}
const asLines = (kind: DiffLine['kind'], text: string): DiffLine[] =>
  linesOf(text).map((line) => ({ kind, text: line }))

function diffOf(before: string, after: string): DiffLine[] {
  const changes = diffLines(before, after, { timeout: DIFF_TIMEOUT_MS })
  if (changes === undefined) return [...asLines('removed', before), ...asLines('added', after)]
  return changes.flatMap(({ added, removed, value }) => asLines(added ? 'added' : removed ? 'removed' : 'same', value))
}

/** Names of inputs that are drawn as a diff, with what they make. */
function diffIn(toolInput: Record<string, unknown>): { diff: DiffLine[]; names: string[] } {
  const one = edit.safeParse(toolInput)
  if (one.success)
    return { diff: diffOf(one.data.old_string, one.data.new_string), names: ['old_string', 'new_string'] }
  const several = z.object({ edits: z.array(edit.strict()) }).safeParse(toolInput)
  if (several.success)
    return {
      diff: several.data.edits.flatMap(({ old_string: before, new_string: after }) => diffOf(before, after)),
      names: ['edits'],
    }
  const { content } = toolInput
  return typeof content === 'string' ? { diff: asLines('added', content), names: ['content'] } : { diff: [], names: [] }
}

const shown = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value, null, 2))

/** Takes apart what is asked. Unknown tools show all of their input as it is. */
export function approvalView({ kind, toolInput }: Pick<Approval, 'kind' | 'toolInput'>): ApprovalView {
  const text = (name: string): string | null => {
    const value = toolInput[name]
    return typeof value === 'string' ? value : null
  }
  const command = text('command')
  const pathName = ['file_path', 'notebook_path'].find((name) => text(name) !== null)
  const path = pathName === undefined ? null : text(pathName)
  const { diff, names } = path === null ? { diff: [], names: [] } : diffIn(toolInput)
  const plan = kind === 'plan' ? text('plan') : null
  const questions = kind === 'question' ? questionsOf(toolInput) : []
  const drawn = new Set([
    ...names,
    ...(command === null ? [] : ['command']),
    ...(pathName === undefined ? [] : [pathName]),
    ...(plan === null ? [] : ['plan']),
    ...(questions.length === 0 ? [] : ['questions']),
  ])
  const rest = Object.entries(toolInput).flatMap(([name, value]): [string, string][] =>
    drawn.has(name) || isDefault(name, value) ? [] : [[name, shown(value)]],
  )
  return { command, path, diff, plan, questions, rest }
}

/** The one input that says nothing when it is as usual. */
const isDefault = (name: string, value: unknown): boolean => name === 'replace_all' && value === false

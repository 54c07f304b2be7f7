import type { ApprovalKind } from '@/contracts/approval/approval'
import { questionsOf } from '@/contracts/approval/question'

/** Longest line; the whole input goes with it. */
const MAX_SUMMARY_LENGTH = 500

/** What kind of question a tool's permission is. */
export function kindOf(toolName: string): ApprovalKind {
  if (toolName === 'AskUserQuestion') return 'question'
  return toolName === 'ExitPlanMode' ? 'plan' : 'tool'
}

/** Inputs that say what a tool is about to touch, the most telling first. */
const TELLING = ['command', 'file_path', 'notebook_path', 'path', 'url', 'query', 'pattern', 'prompt', 'description']

function tellingOf(toolInput: Record<string, unknown>): string {
  for (const name of TELLING) {
    const value = toolInput[name]
    if (typeof value === 'string' && value.trim() !== '') return value
  }
  return JSON.stringify(toolInput)
}

/** What is asked, in one line for people. */
export function summaryOf(toolName: string, toolInput: Record<string, unknown>): string {
  const kind = kindOf(toolName)
  const questions = questionsOf(toolInput).map(({ question }) => question)
  const text =
    kind === 'question' && questions.length > 0
      ? questions.join(' ')
      : kind === 'plan'
        ? 'May it begin with its plan?'
        : tellingOf(toolInput)
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length <= MAX_SUMMARY_LENGTH ? line : `${line.slice(0, MAX_SUMMARY_LENGTH - 1)}…`
}

import { approvalView } from '@/client/approval/approval-view'
import type { Approval } from '@/contracts/approval/approval'
import type { Cli } from './cli'
import { shortId } from './match-id'
import { inertLine, inertLines } from './text/inert-text'
import { ago } from './text/short-time'

/** Lines of one part that are shown; all of them are in `--json` and on the dashboard. */
const MAX_LINES = 60
const INDENT = '  '

const SIGNS = { same: ' ', added: '+', removed: '-' } as const

function bounded(lines: readonly string[]): string[] {
  if (lines.length <= MAX_LINES) return [...lines]
  return [...lines.slice(0, MAX_LINES), `… ${lines.length - MAX_LINES} more lines: stratavore inbox --json`]
}

const paragraph = (text: string): string[] => bounded(inertLines(text).split('\n'))

/** What is asked, for a terminal: who asks, and every part of what it would do. */
export function approvalText(cli: Cli, approval: Approval): string {
  const { colors } = cli
  const view = approvalView(approval)
  const tint = { same: colors.dim, added: colors.green, removed: colors.red }
  const head = [
    colors.bold(shortId(approval.id)),
    inertLine(approval.toolName),
    `in ${inertLine(approval.project)}, runner ${shortId(approval.runnerId)}`,
    `${ago(approval.requestedAt, cli.process.now())} ago`,
  ]
  const parts = [
    ...(view.command === null ? [] : paragraph(view.command)),
    ...(view.path === null ? [] : [inertLine(view.path)]),
    ...bounded(view.diff.map(({ kind, text }) => tint[kind](`${SIGNS[kind]} ${inertLine(text)}`))),
    ...(view.plan === null ? [] : paragraph(view.plan)),
    ...view.questions.flatMap(({ question, multiSelect, options }) => [
      `${inertLine(question)}${multiSelect ? ' (several)' : ''}`,
      ...options.map(({ label, description }) => `${INDENT}${inertLine(label)}  ${colors.dim(inertLine(description))}`),
    ]),
    ...view.rest.flatMap(([name, value]) => paragraph(`${name}: ${value}`)),
    ...approval.suggestions.map((offer, place) => colors.dim(`--always ${place + 1}: ${inertLine(offer)}`)),
  ]
  return [head.join('  '), ...parts.map((line) => INDENT + line)].join('\n')
}

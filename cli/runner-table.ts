import { confinementWords } from '@/contracts/runner/confinement'
import type { Runner } from '@/contracts/runner/runner'
import { isWaiting, type RunnerStatus } from '@/contracts/runner/status'
import type { Cli } from './cli'
import { shortId } from './match-id'
import { shortBytes } from './text/short-bytes'
import { ago } from './text/short-time'
import { type Cell, renderFacts, renderTable } from './text/table'

type Paint = (text: string) => string

function paintStatus(cli: Cli, status: RunnerStatus): Paint {
  const { colors } = cli
  switch (status) {
    case 'running':
      return colors.green
    case 'failed':
    case 'lost':
      return colors.red
    case 'terminated':
      return colors.dim
    default:
      return colors.yellow
  }
}

/** `running`, and what it does when it does something. */
function statusCell(cli: Cli, runner: Runner): Cell {
  const status = paintStatus(cli, runner.status)(runner.status)
  if (runner.status !== 'running' || runner.activity === 'unknown') return { styled: status }
  const activity = runner.activity.replace('_', ' ')
  return { styled: `${status} ${isWaiting(runner.activity) ? cli.colors.yellow(activity) : activity}` }
}

/** The table of `stratavore runners`. */
export function runnerTable(cli: Cli, runners: readonly Runner[]): string {
  const now = cli.process.now()
  const head = ['ID', 'PROJECT', 'PROVIDER', 'STATUS', 'NODE', 'PID', 'AGE', 'CPU', 'MEMORY', 'TOKENS', 'NAME']
  const rows = runners.map((runner): Cell[] => [
    shortId(runner.id),
    runner.project,
    runner.provider,
    statusCell(cli, runner),
    runner.node,
    runner.pid,
    ago(runner.startedAt ?? runner.createdAt, now),
    `${Math.round(runner.cpuPercent)}%`,
    shortBytes(runner.memoryBytes),
    runner.tokensUsed,
    runner.name ?? '',
  ])
  return renderTable(head, rows)
}

/** Everything about one runner, for people. */
export function runnerFacts(cli: Cli, runner: Runner): string {
  const now = cli.process.now()
  const when = (time: string | null) => (time === null ? null : `${time} (${ago(time, now)} ago)`)
  const facts: [string, Cell][] = [
    ['id', runner.id],
    ['name', runner.name ?? '-'],
    ['project', runner.project],
    ['provider', runner.provider],
    ['status', statusCell(cli, runner)],
    ...activityFacts(runner, now),
    ['reason', runner.reason ?? '-'],
    ['node', runner.node],
    ['pid', runner.pid ?? '-'],
    ['session', runner.sessionId ?? '-'],
    ['directory', runner.cwd],
    ['size', `${runner.cols}x${runner.rows}`],
    ['restart', `${runner.restartPolicy}, ${runner.restartCount} so far`],
    ['next start', when(runner.nextStartAt) ?? '-'],
    ['created', when(runner.createdAt)],
    ['started', when(runner.startedAt) ?? '-'],
    ['ended', when(runner.endedAt) ?? '-'],
    ['exit', runner.signal ?? runner.exitCode ?? '-'],
    ['cpu', `${runner.cpuPercent.toFixed(1)}%${heldTo(runner)}`],
    ['memory', shortBytes(runner.memoryBytes)],
    ['tokens', runner.tokensUsed],
    ...confinementFacts(runner),
  ]
  return renderFacts(facts)
}

/** What confines it, as it was measured. */
const confinementFacts = ({ confinement }: Runner): [string, Cell][] =>
  confinement === null
    ? [['confinement', 'not measured']]
    : confinementWords(confinement).map(({ name, value }) => [name.toLowerCase(), value])

const heldTo = ({ status, cpuLimitPercent }: Runner): string =>
  status === 'running' && cpuLimitPercent !== null ? `, held to ${cpuLimitPercent}% by the project's quota` : ''

/** What it does, for as long as it tells. */
function activityFacts(runner: Runner, now: Date): [string, Cell][] {
  if (runner.status !== 'running' || runner.activity === 'unknown') return []
  const facts: [string, Cell][] = [['since', `${ago(runner.activitySince, now)} ago`]]
  const { tool, message, subagents, todos } = runner.activityDetail ?? NOTHING_TOLD
  if (message !== null) facts.push(['says', message])
  if (tool !== null) facts.push(['tool', tool.summary === '' ? tool.name : `${tool.name}: ${tool.summary}`])
  for (const subagent of subagents) facts.push(['sub-agent', subagent.type || subagent.id])
  for (const todo of todos) facts.push(['to do', `[${TODO_MARKS[todo.status]}] ${todo.text}`])
  return facts
}

const NOTHING_TOLD = { tool: null, message: null, subagents: [], todos: [] } as const
const TODO_MARKS = { pending: ' ', in_progress: '>', completed: 'x' } as const

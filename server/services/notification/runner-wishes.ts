import type { ApprovalKind, ApprovalState } from '@/contracts/approval/approval'
import type { EventData, EventType } from '@/contracts/event/event-data'
import type { ProviderId } from '@/contracts/provider/provider'
import { isEnded, isWaiting, type RunnerActivity, type RunnerStatus } from '@/contracts/runner/status'
import {
  duration,
  lastLine,
  MAX_MESSAGE_BYTES,
  MAX_TITLE_BYTES,
  oneLine,
  ownLines,
  runnerLabel,
} from './lock-screen-text'
import { type ActionDraft, type Draft, tell, type Wish, withdraw } from './wish'

/** A runner as its row tells it now; events may arrive late or out of order, and the row is the truth. */
export interface RunnerFacts {
  id: string
  name: string | null
  project: string
  provider: ProviderId
  providerName: string
  status: RunnerStatus
  activity: RunnerActivity
  activitySince: Date
  epoch: number
  startedAt: Date | null
  lastLines: string | null
  /** What it asks: `pending` waits for an answer, `answered` is on its way to the program. */
  approvals: readonly AskedFacts[]
}

/** Something a runner asks. */
export interface AskedFacts {
  id: string
  kind: ApprovalKind
  toolName: string
  summary: string
  toolInput: unknown
  state: ApprovalState
}

/** Answered within this time, a question never rings. */
export const WAITING_DELAY_MS = 5_000
/** Ends of one runner this close to each other are one notification with a count. */
export const FLAPPING_MS = 60 * 60_000

/** Of a command or a path: enough to judge most of them by. */
const MAX_ASKED_BYTES = 400

const askedThread = (approvalId: string): string => `approval:${approvalId}`

type RunnerChange = EventData<'runner.failed'>

const threads = (runnerId: string) => ({
  waiting: `runner:${runnerId}:waiting`,
  notice: `runner:${runnerId}:notice`,
  failed: `runner:${runnerId}:end`,
  stopped: `runner:${runnerId}:stopped`,
  started: `runner:${runnerId}:started`,
})

/** What an event of a runner asks for: what it tells itself, and what the runner asks as far as it can be answered now. */
export function runnerWishes(type: EventType, data: Record<string, unknown>, at: Date, runner: RunnerFacts): Wish[] {
  const asked = runner.approvals.map((approval) => asks(runner, approval))
  if (!type.startsWith('approval.')) return [...ownWishes(type, data, at, runner), ...asked]
  const { approvalId } = data as EventData<'approval.closed'>
  const over = runner.approvals.some(({ id }) => id === approvalId) ? [] : [withdraw(askedThread(approvalId))]
  return [...over, ...asked, waiting(runner, null)]
}

function ownWishes(type: EventType, data: Record<string, unknown>, at: Date, runner: RunnerFacts): Wish[] {
  const thread = threads(runner.id)
  // What was read from an event's data was checked against its type's schema by whoever read it.
  const change = data as RunnerChange
  switch (type) {
    case 'runner.activity':
      return [waiting(runner, data as EventData<'runner.activity'>)]
    case 'runner.notice':
      return noticed(runner, data as EventData<'runner.notice'>, thread.notice)
    case 'runner.attended':
      return [withdraw(thread.notice)]
    case 'runner.adopted':
    case 'runner.resumed':
    case 'runner.paused':
    case 'runner.stopping':
    // Nobody can answer a runner that is out of reach; found again, it is told again.
    case 'runner.lost':
      return [waiting(runner, null)]
    case 'runner.started':
      return [waiting(runner, null), tell(started(runner, thread.started))]
    case 'runner.failed':
      return [withdraw(thread.notice), waiting(runner, null), tell(failed(runner, change, at, thread.failed))]
    case 'runner.stopped':
      return [
        withdraw(thread.failed),
        withdraw(thread.notice),
        waiting(runner, null),
        tell(stopped(runner, change, at, thread.stopped)),
      ]
    case 'runner.restarting':
      // A restart by its policy belongs to the failure; one by a person settles it.
      return change.restartCount === undefined
        ? [withdraw(thread.failed), withdraw(thread.stopped), waiting(runner, null)]
        : [waiting(runner, null)]
    default:
      return []
  }
}

function base(runner: RunnerFacts, actions: ActionDraft[]): Pick<Draft, 'click' | 'actions' | 'inSummaryAs'> {
  return { click: `/runners/${runner.id}`, actions, inSummaryAs: oneLine(runner.project, 80) }
}

const stopAction = (runner: RunnerFacts): ActionDraft => ({ do: 'stop', runnerId: runner.id, epoch: runner.epoch })

/** Open exactly while the row says that the runner waits. */
function waiting(runner: RunnerFacts, event: EventData<'runner.activity'> | null): Wish {
  const thread = threads(runner.id).waiting
  // What it asks exactly is told with buttons of its own.
  if (runner.status !== 'running' || !isWaiting(runner.activity) || runner.approvals.length > 0) return withdraw(thread)
  const permission = runner.activity === 'waiting_permission'
  const worked =
    event?.activity === runner.activity && event.previous === 'working' && event.previousSeconds >= 1
      ? ` after ${duration(event.previousSeconds * 1000)} of work`
      : ''
  return tell({
    ...base(runner, [{ do: 'open' }, stopAction(runner)]),
    thread,
    kind: 'runner_waiting',
    topic: 'alerts',
    priority: permission ? 'high' : 'default',
    title: oneLine(`${runnerLabel(runner)} waits for ${permission ? 'permission' : 'an answer'}`, MAX_TITLE_BYTES),
    message: permission
      ? `${runner.providerName} asks for permission${worked}. It goes on when you answer.`
      : `${runner.providerName} waits for your answer${worked}.`,
    tags: ['raised_hand'],
    delayMs: WAITING_DELAY_MS,
    again: 'replace',
    freshForMs: null,
  })
}

/** What a program rings for while nobody looks; what it only waits for is told by its activity, in better words. */
function noticed(
  runner: RunnerFacts,
  { notice, message, attended }: EventData<'runner.notice'>,
  thread: string,
): Wish[] {
  if (attended || runner.status !== 'running' || isWaiting(runner.activity)) return []
  const text = oneLine(message, MAX_MESSAGE_BYTES)
  return [
    tell({
      ...base(runner, [{ do: 'open' }]),
      thread,
      kind: 'runner_notice',
      topic: 'alerts',
      priority: 'low',
      title: oneLine(`${runnerLabel(runner)} ${notice === 'bell' ? 'rang' : 'notifies'}`, MAX_TITLE_BYTES),
      message: text || `${runner.providerName} rang the terminal's bell.`,
      tags: ['bell'],
      // Whoever attaches at once has seen it.
      delayMs: WAITING_DELAY_MS,
      again: 'count',
      freshForMs: FLAPPING_MS,
    }),
  ]
}

/** What only describes a tool's input, in the program's own words. */
const DESCRIPTION = 'description'

/** Whether a message is all that a tool would do: its one input, neither cut nor cleaned. */
function isWhole(message: string, toolInput: unknown): boolean {
  if (typeof toolInput !== 'object' || toolInput === null) return false
  const inputs = Object.entries(toolInput).filter(([name]) => name !== DESCRIPTION)
  return inputs.length === 1 && inputs[0]?.[1] === message
}

/** Open exactly while the question can be answered from here. Nothing is approved that the message does not show whole. */
function asks(runner: RunnerFacts, approval: AskedFacts): Wish {
  const thread = askedThread(approval.id)
  if (runner.status !== 'running' || approval.state !== 'pending') return withdraw(thread)
  const { id: approvalId, kind, summary, toolInput } = approval
  const message = oneLine(summary, MAX_ASKED_BYTES)
  const answers: ActionDraft[] = isWhole(message, toolInput)
    ? [
        { do: 'approve', approvalId },
        { do: 'deny', approvalId },
      ]
    : [{ do: 'deny', approvalId }]
  const buttons: ActionDraft[] = [...(kind === 'tool' ? answers : []), { do: 'open' }]
  const what = { tool: `asks for ${oneLine(approval.toolName, 60)}`, question: 'asks a question', plan: 'has a plan' }[
    kind
  ]
  return tell({
    ...base(runner, buttons),
    thread,
    kind: 'runner_waiting',
    topic: 'alerts',
    priority: 'high',
    title: oneLine(`${runnerLabel(runner)} ${what}`, MAX_TITLE_BYTES),
    message,
    tags: ['raised_hand'],
    delayMs: WAITING_DELAY_MS,
    again: 'replace',
    freshForMs: null,
  })
}

function failed(runner: RunnerFacts, change: RunnerChange, at: Date, thread: string): Draft {
  const restarts = change.nextStartAt !== undefined
  const again = restarts
    ? `It is started again in ${duration(Date.parse(change.nextStartAt ?? '') - at.getTime())}.`
    : ''
  // The row's last lines are of this end only until the next life begins.
  const quote = isEnded(runner.status) || runner.status === 'starting' ? lastLine(runner.lastLines) : ''
  return {
    ...base(runner, restarts ? [{ do: 'open' }, stopAction(runner)] : [{ do: 'open' }]),
    thread,
    kind: 'runner_failed',
    topic: 'alerts',
    priority: restarts ? 'default' : 'high',
    title: oneLine(`${runnerLabel(runner)}: ${runner.providerName} failed`, MAX_TITLE_BYTES),
    message: ownLines([sentence(change.reason ?? 'ended', lived(runner, at)), quote, again], MAX_MESSAGE_BYTES),
    tags: ['x'],
    delayMs: 0,
    again: 'count',
    freshForMs: FLAPPING_MS,
  }
}

function stopped(runner: RunnerFacts, change: RunnerChange, at: Date, thread: string): Draft {
  return {
    ...base(runner, [{ do: 'open' }]),
    thread,
    kind: 'runner_stopped',
    topic: 'status',
    priority: 'low',
    title: oneLine(`${runnerLabel(runner)}: ${runner.providerName} ended`, MAX_TITLE_BYTES),
    message: sentence(change.reason ?? 'ended by itself', lived(runner, at)),
    tags: ['white_check_mark'],
    delayMs: 0,
    again: 'count',
    freshForMs: FLAPPING_MS,
  }
}

function started(runner: RunnerFacts, thread: string): Draft {
  return {
    ...base(runner, [{ do: 'open' }, stopAction(runner)]),
    thread,
    kind: 'runner_started',
    topic: 'status',
    priority: 'min',
    title: oneLine(`${runnerLabel(runner)}: ${runner.providerName} started`, MAX_TITLE_BYTES),
    message: `Start number ${runner.epoch} of this runner.`,
    tags: ['arrow_forward'],
    delayMs: 0,
    again: 'count',
    freshForMs: FLAPPING_MS,
  }
}

function lived(runner: RunnerFacts, at: Date): string {
  if (runner.startedAt === null || runner.startedAt > at) return ''
  return ` after ${duration(at.getTime() - runner.startedAt.getTime())}`
}

const sentence = (reason: string, rest: string): string => {
  const text = oneLine(reason, 300)
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}${rest}.`
}

import type { ActivityReport } from '@/contracts/agent-protocol/activity'
import type { ActivityDetail } from '@/contracts/runner/activity-detail'
import { isWaiting, type RunnerActivity } from '@/contracts/runner/status'
import { kindOf } from '../approvals/describe-request'
import type { HeldQuestion } from '../approvals/held-approval'
import type { HookEvent } from '../loopback/hook-event'
import { type ActivitySources, SILENT } from './activity-sources'
import { hookActivity } from './hook-activity'
import { judgeActivity } from './judge-activity'
import { oneLine } from './tool-summary'
import { afterTurn, NO_WORK, workAfter } from './work-in-progress'

/** A detail alone is told this often at most: a person reads it. */
const DETAIL_INTERVAL_MS = 250

export interface ActivityTrackerOptions {
  runnerId: string
  epoch: number
  report(report: ActivityReport): void
  /** Unix milliseconds. */
  now(): number
  /** Returns its cancellation. */
  setTimer(callback: () => void, delayMs: number): () => void
}

type Statement = { activity: RunnerActivity; message: string | null }

/** One life's activity: gathers what its sources say and reports each change. */
export interface ActivityTracker {
  /** What a source other than the hooks says now; null: nothing any more. */
  say(source: Exclude<keyof ActivitySources, 'hook'>, statement: Statement | null): void
  hook(event: HookEvent): void
  /** The program does not wait for the answer to its question any more, and nobody gave one. */
  questionDropped(): void
  current(): Pick<ActivityReport, 'activity' | 'seq'>
  /** Says it all again: whoever listens now may not have heard it. */
  repeat(): void
  stop(): void
}

const questionOf = ({ tool_name: toolName = '', tool_input: toolInput = {}, agent_id }: HookEvent): HeldQuestion => ({
  kind: kindOf(toolName),
  toolName,
  toolInput,
  subagentId: agent_id ?? null,
})

/** Nobody has spoken yet. */
export function createActivityTracker(options: ActivityTrackerOptions): ActivityTracker {
  const { runnerId, epoch, now } = options
  let sources = SILENT
  let work = NO_WORK
  let asked: HeldQuestion | null = null
  let seq = 0
  let activity: RunnerActivity = 'unknown'
  let reportedDetail = JSON.stringify(detailOf('none', null))
  let reportedAt = 0
  let cancelTimer: (() => void) | null = null

  function detailOf(source: ActivityDetail['source'], message: string | null): ActivityDetail {
    // Several tools run at once: the one that began last.
    const tool = activity === 'idle' ? undefined : [...work.tools.values()].at(-1)
    return {
      source,
      tool: tool ?? null,
      subagents: [...work.subagents.values()],
      todos: [...work.todos.values()],
      message: message === null ? null : oneLine(message),
    }
  }

  function report(detail: ActivityDetail): void {
    cancelTimer?.()
    cancelTimer = null
    seq += 1
    reportedDetail = JSON.stringify(detail)
    reportedAt = now()
    options.report({ runnerId, epoch, seq, activity, detail })
  }

  const judged = (): { activity: RunnerActivity; detail(): ActivityDetail } => {
    const { activity: next, source, message } = judgeActivity(sources)
    return { activity: next, detail: () => detailOf(source, message) }
  }

  function update(): void {
    const { activity: next, detail } = judged()
    if (next !== activity) {
      if (next === 'idle') work = afterTurn(work)
      activity = next
      report(detail())
      return
    }
    if (JSON.stringify(detail()) === reportedDetail) return
    const wait = reportedAt + DETAIL_INTERVAL_MS - now()
    if (wait <= 0) report(detail())
    else
      cancelTimer ??= options.setTimer(() => {
        cancelTimer = null
        const latest = judged().detail()
        if (JSON.stringify(latest) !== reportedDetail) report(latest)
      }, wait)
  }

  /** A source that says the same again began to say so when it said so first. */
  function set(source: keyof ActivitySources, statement: Statement | null): void {
    const before = sources[source]
    const isSame = statement !== null && before?.activity === statement.activity
    // Whether a shell has its terminal is true as of the look.
    const at = isSame && source !== 'foreground' ? before.at : now()
    sources = { ...sources, [source]: statement && { ...statement, at } }
    update()
  }

  return {
    say: set,
    hook(event) {
      work = workAfter(work, event, now())
      const next = hookActivity(event, sources.hook?.activity ?? null, asked)
      if (event.hook_event_name === 'PermissionRequest') asked = questionOf(event)
      if (next === null) {
        update()
        return
      }
      const message =
        event.hook_event_name === 'StopFailure' ? (event.last_assistant_message ?? event.error) : undefined
      sources = { ...sources, hook: { activity: next, message: message ?? null, at: now() } }
      update()
    },
    questionDropped() {
      if (sources.hook !== null && isWaiting(sources.hook.activity)) set('hook', { activity: 'idle', message: null })
    },
    current: () => ({ activity, seq }),
    repeat: () => report(judged().detail()),
    stop() {
      cancelTimer?.()
      cancelTimer = null
    },
  }
}

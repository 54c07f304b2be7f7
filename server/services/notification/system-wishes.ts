import type { EventData, EventType } from '@/contracts/event/event-data'
import { counted, duration, MAX_MESSAGE_BYTES, MAX_TITLE_BYTES, oneLine, ownLines } from './lock-screen-text'
import { type Draft, tell, type Wish, withdraw } from './wish'

/** What is known beside an event that is not a runner's. */
export interface SystemFacts {
  /** The envelope's subject without its kind, and its project. */
  subjectId: string
  project: string | null
  providerName: string
  /** The node's agent is connected now. */
  nodeOnline: boolean
  /** The daemon before the one that started never said that it stopped. */
  endedUnsaid: boolean
  /** Events of the same subject, and starts of a daemon, that were committed after this one. */
  later: readonly { type: EventType; subjectId: string; data: Record<string, unknown> }[]
}

/** The same trouble within this time is one notification with a count. */
const QUOTA_FRESH_MS = 60 * 60_000
const DAEMON_FRESH_MS = 60 * 60_000
const ALERT_FRESH_MS = 24 * 60 * 60_000

/** Shares of a budget that are told, rising. */
const BUDGET_STEPS = [75, 90, 100] as const
const BUDGET_PRIORITIES = { 75: 'default', 90: 'high', 100: 'urgent' } as const
const ALERT_PRIORITIES = { info: 'low', warning: 'high', critical: 'urgent' } as const

const plain = {
  topic: 'alerts',
  actions: [{ do: 'open' }],
  delayMs: 0,
  again: 'replace',
  freshForMs: null,
  inSummaryAs: null,
} as const

/** What an event of a node, a quota, a budget or of Stratavore itself asks for. `data` fits its type's schema. */
export function systemWishes(type: EventType, data: Record<string, unknown>, facts: SystemFacts): Wish[] {
  switch (type) {
    case 'node.lost':
      return nodeLost(data as EventData<'node.lost'>, facts)
    case 'node.joined': {
      const { node } = data as EventData<'node.joined'>
      const back = {
        title: oneLine(`${node} is back`, MAX_TITLE_BYTES),
        message: 'Its agent has joined again.',
        tags: ['electric_plug'],
        priority: 'low' as const,
      }
      return [{ kind: 'withdraw', thread: `node:${facts.subjectId}:lost`, back }]
    }
    case 'quota.exceeded':
      return [tell(quotaExceeded(data as EventData<'quota.exceeded'>, facts))]
    case 'budget.warning':
      return budgetWarning(data as EventData<'budget.warning'>, facts)
    case 'budget.raised':
      return budgetSettled(data as EventData<'budget.raised'>)
    case 'system.alert':
      return alert(data as EventData<'system.alert'>, facts)
    case 'system.started':
      return [
        withdraw('daemon:stopped'),
        ...(facts.endedUnsaid ? [tell(daemonRestarted())] : []),
        tell(daemonStarted()),
      ]
    case 'system.stopped':
      return facts.later.some((event) => event.type === 'system.started')
        ? []
        : [withdraw('daemon:started'), tell(daemonStopped())]
    default:
      return []
  }
}

function nodeLost(data: EventData<'node.lost'>, facts: SystemFacts): Wish[] {
  if (facts.nodeOnline) return []
  const draft: Draft = {
    ...plain,
    thread: `node:${facts.subjectId}:lost`,
    kind: 'node_lost',
    priority: 'high',
    title: oneLine(`${data.node} is lost`, MAX_TITLE_BYTES),
    message: `Nothing heard of it for ${duration(data.silentSeconds * 1000)}; ${counted(data.runners, 'runner')} on it may still run.`,
    tags: ['electric_plug'],
    click: '/nodes',
    actions: [{ do: 'open' }],
    inSummaryAs: oneLine(data.node, 80),
  }
  return [tell(draft)]
}

function quotaMessage({ kind, used, limit }: EventData<'quota.exceeded'>, facts: SystemFacts): string {
  const gib = (bytes: number) => `${(bytes / 2 ** 30).toFixed(1)} GiB`
  if (kind === 'memory_bytes')
    return `Its runners use ${gib(used)} of ${gib(limit)} memory. Stop one, or raise the quota.`
  if (kind === 'cpu_percent')
    return `Its runners use ${Math.round(used)} % of ${limit} % CPU. Stop one, or raise the quota.`
  return `A launch of ${facts.providerName} was refused: ${used} of ${limit} runners are in use. Stop one, or raise the quota.`
}

function quotaExceeded(data: EventData<'quota.exceeded'>, facts: SystemFacts): Draft {
  const project = oneLine(facts.project ?? facts.subjectId, 80)
  return {
    ...plain,
    thread: `quota:${facts.subjectId}`,
    kind: 'quota_exceeded',
    priority: 'default',
    title: oneLine(`${project} is at its quota`, MAX_TITLE_BYTES),
    message: quotaMessage(data, facts),
    tags: ['no_entry'],
    click: `/projects/${encodeURIComponent(facts.project ?? facts.subjectId)}`,
    actions: [{ do: 'open' }],
    again: 'count',
    freshForMs: QUOTA_FRESH_MS,
    inSummaryAs: project,
  }
}

function budgetWarning(data: EventData<'budget.warning'>, facts: SystemFacts): Wish[] {
  const step = BUDGET_STEPS.findLast((percent) => data.percent >= percent)
  if (step === undefined) return []
  const { budgetId, periodStart, limit } = data
  // Each period is news of its own, however alike its numbers are.
  const subject = `${budgetId}:${periodStart}`
  const project = facts.project === null ? null : oneLine(facts.project, 80)
  const whose = { installation: 'Everything together', project: project ?? '', runner: `A runner of ${project}` }
  const amount = (value: number) => (data.unit === 'usd' ? `$${value.toFixed(2)}` : `${Math.round(value)} tokens`)
  const then = {
    notify: '',
    'deny-tools': 'Tools are denied',
    pause: 'Runners are paused',
    stop: 'Runners are stopped',
  }
  const policy = then[data.policy] && `${then[data.policy]} ${step === 100 ? 'now' : 'at 100 %'}.`
  const draft: Draft = {
    ...plain,
    thread: `budget:${subject}:${step}`,
    kind: 'budget_warning',
    priority: BUDGET_PRIORITIES[step],
    title: oneLine(`${whose[data.scope]}: ${step} % of the ${data.period} budget is used`, MAX_TITLE_BYTES),
    message: ownLines([`${amount(data.used)} of ${amount(limit)}.`, policy], MAX_MESSAGE_BYTES),
    tags: [step === 100 ? 'rotating_light' : 'warning'],
    click: '/usage',
    actions: [{ do: 'open' }, { do: 'raise', budgetId, periodStart, limit }],
  }
  // The higher share says all that the lower ones said.
  const lower = BUDGET_STEPS.filter((percent) => percent < step)
  return [
    ...lower.map((percent) => withdraw(`budget:${subject}:${percent}`)),
    tell({ ...draft, freshForMs: ALERT_FRESH_MS }),
  ]
}

/** What was told of a limit is settled once there is more of it. */
const budgetSettled = ({ budgetId, periodStart }: EventData<'budget.raised'>): Wish[] =>
  BUDGET_STEPS.map((percent) => withdraw(`budget:${budgetId}:${periodStart}:${percent}`))

function alert(data: EventData<'system.alert'>, facts: SystemFacts): Wish[] {
  const thread = `alert:${oneLine(data.code, 100)}`
  if (data.resolved) return [withdraw(thread)]
  const resolvedSince = facts.later.some(
    (event) => event.type === 'system.alert' && event.data.code === data.code && event.data.resolved === true,
  )
  if (resolvedSince) return []
  return [
    tell({
      ...plain,
      thread,
      kind: 'system_alert',
      priority: ALERT_PRIORITIES[data.severity],
      title: oneLine(`Stratavore: ${data.message}`, MAX_TITLE_BYTES),
      message: ownLines(
        [oneLine(data.message, 1000), data.hint === null ? '' : oneLine(data.hint, 1000)],
        MAX_MESSAGE_BYTES,
      ),
      tags: [data.severity === 'critical' ? 'rotating_light' : 'warning'],
      click: '/events',
      actions: [{ do: 'open' }],
      again: 'count',
      freshForMs: ALERT_FRESH_MS,
    }),
  ]
}

const daemonStarted = (): Draft => ({
  ...plain,
  thread: 'daemon:started',
  kind: 'daemon_started',
  topic: 'status',
  priority: 'min',
  title: 'Stratavore started',
  message: 'The daemon runs; runners that were alive are adopted.',
  tags: ['arrow_forward'],
  click: '/',
  actions: [{ do: 'open' }],
  // One that crashes again and again is one notification with a count; after a quiet hour the next is a new one.
  again: 'count',
  freshForMs: DAEMON_FRESH_MS,
})

/** Told with the stops: whoever wants to know of those wants to know of one that nobody could announce. */
const daemonRestarted = (): Draft => ({
  ...plain,
  thread: 'daemon:restarted',
  kind: 'daemon_stopped',
  topic: 'status',
  priority: 'default',
  title: 'Stratavore restarted',
  message:
    'The daemon before ended without a word: a crash, a kill, or another one took over. Live runners are adopted.',
  tags: ['warning'],
  click: '/events',
  actions: [{ do: 'open' }],
  again: 'count',
  freshForMs: DAEMON_FRESH_MS,
})

const daemonStopped = (): Draft => ({
  ...plain,
  thread: 'daemon:stopped',
  kind: 'daemon_stopped',
  topic: 'status',
  priority: 'default',
  title: 'Stratavore stopped',
  message: 'The daemon was stopped. Runners go on, but nobody is told of them until it is started again.',
  tags: ['octagonal_sign'],
  click: '/',
  actions: [],
})

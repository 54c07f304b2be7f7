import type { NotificationState } from '@/contracts/notification/notification'
import { MAX_TITLE_BYTES, oneLine } from './lock-screen-text'
import { type Member, summaryOf } from './summary'
import { type Draft, rank, type Wish } from './wish'

/** More of one kind within this time go into one summary. */
export const BURST_WINDOW_MS = 60_000
export const BURST_SEPARATE = 3
/** A summary that got nothing new for this long is over; the next burst is a new one. */
const BURST_FRESH_MS = 5 * 60_000
/** Corrections of one notification are sent no closer to each other than this. */
export const UPDATE_SPACING_MS = 60_000

/** An open notification as its row tells it. */
export interface OpenRow {
  id: string
  thread: string
  kind: Draft['kind']
  priority: Draft['priority']
  title: string
  message: string
  members: readonly Member[]
  occurrences: number
  state: NotificationState
  version: number
  sentVersion: number
  quiet: boolean
  attempts: number
  dueAt: Date
  sentAt: Date | null
  updatedAt: Date
}

/** What is known of one channel when something is to be told through it. */
export interface Situation {
  now: Date
  /** The open row of the wish's thread. */
  open: OpenRow | null
  /** The open summary of the draft's kind. */
  summary: OpenRow | null
  /** Threads of the draft's kind opened within the burst window that rang or will; no need to count past BURST_SEPARATE. */
  recent: number
  /** When the quiet hours that an instant lies in are over; null when it lies in none. */
  quietUntil(at: Date): Date | null
}

/** What is written of a notification whenever what it says changes. */
export type Content = Pick<
  Draft,
  'thread' | 'kind' | 'topic' | 'priority' | 'title' | 'message' | 'tags' | 'click' | 'actions'
>
interface Schedule {
  state: 'pending' | 'held'
  dueAt: Date
  nextAttemptAt: Date
}

export type Change =
  | { do: 'insert'; content: Content; schedule: Schedule; members: readonly Member[] }
  | {
      do: 'update'
      id: string
      content: Partial<Content>
      /** Null: what was planned for it stays. */
      schedule: Schedule | null
      occurrences: number
      members: readonly Member[]
      /** Makes no sound if anything of the row was sent by the time this is: an earlier version may be under way now. */
      quiet: boolean
      /** This is the last that is said of it. */
      closes: boolean
    }
  | { do: 'close'; id: string }
  /** `recall`: it may be out there and has to be taken back. */
  | { do: 'withdraw'; id: string; recall: boolean }

/** Decides how a wish to tell changes what is there. Pure. */
export function planTell(draft: Draft, situation: Situation): Change[] {
  const { open, summary, now } = situation
  if (open && isFresh(open, draft.freshForMs, now)) return update(draft, open, situation)
  const changes: Change[] = open ? [{ do: 'close', id: open.id }] : []
  if (draft.inSummaryAs !== null && situation.recent >= BURST_SEPARATE) {
    const member = { thread: draft.thread, name: draft.inSummaryAs }
    return [...changes, ...join(draft, member, summary, situation)]
  }
  const content = contentOf(draft)
  return [...changes, { do: 'insert', content, schedule: schedule(draft, draft.delayMs, situation), members: [] }]
}

/** Decides how something that is settled changes what is there: its own row, and the summaries that count it. Pure. */
export function planWithdraw(
  wish: Extract<Wish, { kind: 'withdraw' }>,
  open: OpenRow | null,
  summaries: readonly OpenRow[],
  situation: Pick<Situation, 'now' | 'quietUntil'>,
): Change[] {
  const changes: Change[] = []
  if (open && wish.back && open.sentVersion > 0) {
    changes.push({
      do: 'update',
      id: open.id,
      content: wish.back,
      schedule: schedule(wish.back, 0, situation),
      occurrences: open.occurrences,
      members: open.members,
      quiet: true,
      closes: true,
    })
  } else if (open) changes.push(takeBack(open))
  for (const summary of summaries) {
    const members = summary.members.filter((member) => member.thread !== wish.thread)
    if (members.length === 0) changes.push(takeBack(summary))
    else if (members.length < summary.members.length) changes.push(reword(summary, members, situation))
  }
  return changes
}

// What was tried may have arrived although nobody said so.
const takeBack = (row: OpenRow): Change => ({
  do: 'withdraw',
  id: row.id,
  recall: row.sentVersion > 0 || row.attempts > 0,
})

const isFresh = (row: OpenRow, freshForMs: number | null, now: Date): boolean =>
  freshForMs === null || now.getTime() - row.updatedAt.getTime() < freshForMs

const contentOf = ({ thread, kind, topic, priority, title, message, tags, click, actions }: Draft): Content => ({
  thread,
  kind,
  topic,
  priority,
  title,
  message,
  tags,
  click,
  actions,
})

/** Only what is urgent is sent in quiet hours; the rest is held until they are over. */
function schedule(
  draft: Pick<Draft, 'priority'>,
  delayMs: number,
  { now, quietUntil }: Pick<Situation, 'now' | 'quietUntil'>,
): Schedule {
  const dueAt = new Date(now.getTime() + delayMs)
  const until = draft.priority === 'urgent' ? null : quietUntil(dueAt)
  return until
    ? { state: 'held', dueAt: until, nextAttemptAt: until }
    : { state: 'pending', dueAt, nextAttemptAt: dueAt }
}

function update(draft: Draft, open: OpenRow, situation: Situation): Change[] {
  const occurrences = draft.again === 'count' ? open.occurrences + 1 : open.occurrences
  const times = occurrences > 1 ? ` (${occurrences} times)` : ''
  const title = `${oneLine(draft.title, MAX_TITLE_BYTES - Buffer.byteLength(times))}${times}`
  const unchanged = title === open.title && draft.message === open.message && draft.priority === open.priority
  if (unchanged) return []
  const rises = rank(draft.priority) > rank(open.priority)
  // Whoever was told once needs no second ring for more of the same.
  const priority = rises ? draft.priority : open.priority
  const content = { ...contentOf(draft), title, priority }
  return [
    {
      do: 'update',
      id: open.id,
      content,
      schedule: reschedule(open, priority, rises, situation),
      occurrences,
      members: open.members,
      quiet: !rises && !isToRing(open),
      closes: false,
    },
  ]
}

/** A version that became more urgent and was not sent yet: what follows it rings in its place. */
const isToRing = (open: OpenRow): boolean => open.version > 1 && open.version > open.sentVersion && !open.quiet

/** When the new version of an open row is sent: what still waits keeps its time unless it has become more urgent. */
function reschedule(
  open: OpenRow,
  priority: Draft['priority'],
  rises: boolean,
  situation: Pick<Situation, 'now' | 'quietUntil'>,
): Schedule | null {
  const waits = open.state === 'pending' || open.state === 'held'
  if (waits && !rises) return null
  const lastMs = open.sentAt === null || rises ? 0 : open.sentAt.getTime() + UPDATE_SPACING_MS
  return schedule({ priority }, Math.max(0, lastMs - situation.now.getTime()), situation)
}

/** Adds one to the summary of its kind, or begins it. */
function join(draft: Draft, member: Member, summary: OpenRow | null, situation: Situation): Change[] {
  if (summary && isFresh(summary, BURST_FRESH_MS, situation.now)) {
    if (summary.members.some((one) => one.thread === member.thread)) return []
    return [reword(summary, [...summary.members, member], situation)]
  }
  const content: Content = {
    ...contentOf(draft),
    ...summaryOf(draft.kind, [member]),
    thread: `burst:${draft.kind}`,
    click: '/',
    actions: [{ do: 'open' }],
  }
  const insert: Change = {
    do: 'insert',
    content,
    schedule: schedule(draft, draft.delayMs, situation),
    members: [member],
  }
  return summary ? [{ do: 'close', id: summary.id }, insert] : [insert]
}

const reword = (
  summary: OpenRow,
  members: readonly Member[],
  situation: Pick<Situation, 'now' | 'quietUntil'>,
): Change => ({
  do: 'update',
  id: summary.id,
  content: summaryOf(summary.thread.startsWith('digest:') ? 'digest' : summary.kind, members),
  schedule: reschedule(summary, summary.priority, false, situation),
  occurrences: members.length,
  members,
  quiet: true,
  closes: false,
})

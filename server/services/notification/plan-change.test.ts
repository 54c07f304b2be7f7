import { describe, expect, it } from 'vitest'
import { type Change, type OpenRow, planTell, planWithdraw, type Situation } from './plan-change'
import type { Draft } from './wish'

const NOW = new Date('2026-01-02T03:00:00.000Z')
const ago = (ms: number) => new Date(NOW.getTime() - ms)
const MORNING = new Date('2026-01-02T07:00:00.000Z')

const draft: Draft = {
  thread: 'runner:1:end',
  kind: 'runner_failed',
  topic: 'alerts',
  priority: 'default',
  title: 'web failed',
  message: 'code 3',
  tags: [],
  click: '/',
  actions: [],
  delayMs: 5_000,
  again: 'count',
  freshForMs: 3_600_000,
  inSummaryAs: 'web',
}
const open: OpenRow = {
  id: 'row',
  thread: draft.thread,
  kind: draft.kind,
  priority: 'default',
  title: draft.title,
  message: draft.message,
  members: [],
  occurrences: 1,
  state: 'sent',
  version: 1,
  sentVersion: 1,
  quiet: false,
  attempts: 0,
  dueAt: NOW,
  sentAt: ago(10_000),
  updatedAt: ago(10_000),
}
const situation = (over: Partial<Situation> = {}): Situation => ({
  now: NOW,
  open: null,
  summary: null,
  recent: 0,
  quietUntil: () => null,
  ...over,
})
const kinds = (changes: Change[]) => changes.map((change) => change.do)
const updateOf = (changes: Change[]) => {
  const [change] = changes
  if (change?.do !== 'update') throw new Error(`no update: ${JSON.stringify(changes)}`)
  return change
}

describe('telling', () => {
  it('opens, due after its delay', () => {
    expect(planTell(draft, situation())).toMatchObject([
      { do: 'insert', schedule: { state: 'pending', dueAt: new Date(NOW.getTime() + 5_000) } },
    ])
  })

  it('counts up what is open, silently, and no closer than a minute', () => {
    const change = updateOf(planTell(draft, situation({ open })))
    expect(change).toMatchObject({
      content: { title: 'web failed (2 times)' },
      occurrences: 2,
      quiet: true,
      schedule: { nextAttemptAt: new Date(ago(10_000).getTime() + 60_000) },
    })
  })

  it('keeps the time of what still waits', () => {
    const waits = { ...open, state: 'pending' as const, sentVersion: 0, sentAt: null }
    expect(updateOf(planTell(draft, situation({ open: waits })))).toMatchObject({ schedule: null })
  })

  it('rings again at once when it has become more urgent', () => {
    const change = updateOf(planTell({ ...draft, priority: 'urgent' }, situation({ open, quietUntil: () => MORNING })))
    expect(change).toMatchObject({ quiet: false, schedule: { state: 'pending', nextAttemptAt: NOW } })
    const calmer = updateOf(planTell({ ...draft, priority: 'low' }, situation({ open })))
    expect(calmer).toMatchObject({ quiet: true, content: { priority: 'default' } })
  })

  it('is quiet about what may be under way, and rings for a rise that was not sent yet', () => {
    const underWay = { ...open, state: 'pending' as const, sentVersion: 0, sentAt: null, attempts: 1 }
    expect(updateOf(planTell(draft, situation({ open: underWay })))).toMatchObject({ quiet: true })
    const risen = { ...open, state: 'pending' as const, version: 2, priority: 'urgent' as const }
    expect(updateOf(planTell(draft, situation({ open: risen })))).toMatchObject({ quiet: false })
    expect(updateOf(planTell(draft, situation({ open: { ...risen, quiet: true } })))).toMatchObject({ quiet: true })
    expect(updateOf(planTell(draft, situation({ open: { ...risen, sentVersion: 2 } })))).toMatchObject({ quiet: true })
  })

  it('does nothing when a replacement says the same', () => {
    expect(planTell({ ...draft, again: 'replace' }, situation({ open }))).toEqual([])
    expect(kinds(planTell({ ...draft, again: 'replace', message: 'other' }, situation({ open })))).toEqual(['update'])
  })

  it('begins anew once the last news is old, unless it is open until withdrawn', () => {
    const old = { ...open, updatedAt: ago(3_600_000) }
    expect(kinds(planTell(draft, situation({ open: old })))).toEqual(['close', 'insert'])
    expect(kinds(planTell({ ...draft, freshForMs: null }, situation({ open: old })))).toEqual(['update'])
  })

  it('holds in quiet hours all but the urgent, by when it would be sent', () => {
    const quietUntil = (at: Date) => (at > NOW ? MORNING : null)
    expect(planTell(draft, situation({ quietUntil }))).toMatchObject([
      { schedule: { state: 'held', nextAttemptAt: MORNING } },
    ])
    expect(planTell({ ...draft, delayMs: 0 }, situation({ quietUntil }))).toMatchObject([
      { schedule: { state: 'pending' } },
    ])
    expect(planTell({ ...draft, priority: 'urgent' }, situation({ quietUntil }))).toMatchObject([
      { schedule: { state: 'pending' } },
    ])
  })
})

describe('bursts', () => {
  const member = (index: number, name = 'api') => ({ thread: `runner:${index}:end`, name })
  const summary = (count: number): OpenRow => ({
    ...open,
    id: 'summary',
    thread: 'burst:runner_failed',
    occurrences: count,
    members: Array.from({ length: count }, (_, index) => member(index + 10)),
  })

  it('the first three are told by themselves, the rest by one that counts and names them', () => {
    expect(planTell(draft, situation({ recent: 2 }))).toMatchObject([
      { do: 'insert', content: { thread: draft.thread } },
    ])
    expect(planTell(draft, situation({ recent: 3 }))).toMatchObject([
      { do: 'insert', content: { thread: 'burst:runner_failed', title: '1 more runner failed', message: 'web' } },
    ])
    const change = updateOf(planTell(draft, situation({ recent: 3, summary: summary(4) })))
    expect(change).toMatchObject({
      id: 'summary',
      content: { title: '5 more runners failed', message: 'api (4), web' },
      occurrences: 5,
    })
  })

  it('counts nothing twice, and begins a new summary after a rest', () => {
    const known = { ...draft, thread: 'runner:10:end' }
    expect(planTell(known, situation({ recent: 3, summary: summary(2) }))).toEqual([])
    const rested = { ...summary(2), updatedAt: ago(5 * 60_000) }
    expect(kinds(planTell(draft, situation({ recent: 3, summary: rested })))).toEqual(['close', 'insert'])
  })

  it('is not for what is always told by itself', () => {
    expect(planTell({ ...draft, inSummaryAs: null }, situation({ recent: 50 }))).toMatchObject([
      { do: 'insert', content: { thread: draft.thread } },
    ])
  })

  it('what is settled leaves the summary, and takes it along when it was the last', () => {
    const wish = { kind: 'withdraw', thread: 'runner:10:end', back: null } as const
    expect(planWithdraw(wish, null, [summary(3)], situation())).toMatchObject([
      { do: 'update', content: { title: '2 more runners failed' }, quiet: true },
    ])
    expect(planWithdraw(wish, null, [summary(1)], situation())).toEqual([
      { do: 'withdraw', id: 'summary', recall: true },
    ])
    expect(planWithdraw({ ...wish, thread: 'other' }, null, [summary(2)], situation())).toEqual([])
  })
})

describe('taking back', () => {
  const wish = { kind: 'withdraw', thread: draft.thread, back: null } as const
  it('recalls what was sent or may have arrived, and only that', () => {
    const recall = (over: Partial<OpenRow>) => planWithdraw(wish, { ...open, ...over }, [], situation())
    expect(recall({})).toEqual([{ do: 'withdraw', id: 'row', recall: true }])
    expect(recall({ state: 'pending', sentVersion: 0, attempts: 1 })).toMatchObject([{ recall: true }])
    expect(recall({ state: 'pending', sentVersion: 0 })).toMatchObject([{ recall: false }])
    expect(recall({ state: 'held', sentVersion: 0 })).toMatchObject([{ recall: false }])
    expect(planWithdraw(wish, null, [], situation())).toEqual([])
  })

  it('says that it is over in place of what was read, and nothing when nothing was', () => {
    const back = { title: 'back', message: 'm', tags: [], priority: 'low' as const }
    expect(planWithdraw({ ...wish, back }, open, [], situation())).toMatchObject([
      { do: 'update', content: back, quiet: true, closes: true },
    ])
    expect(planWithdraw({ ...wish, back }, { ...open, sentVersion: 0 }, [], situation())).toMatchObject([
      { do: 'withdraw', recall: false },
    ])
  })
})

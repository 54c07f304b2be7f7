import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { beginDrive } from '@/server/services/drive/begin-drive'
import { endDrive } from '@/server/services/drive/end-drive'
import { createLoginCode } from '@/server/services/identity/create-login-code'
import { redeemLoginCode } from '@/server/services/identity/redeem-login-code'
import { updateNotificationSettings } from '@/server/services/notification/notification-settings'
import { archiveProject } from '@/server/services/project/archive-project'
import { deleteProject } from '@/server/services/project/delete-project'
import { setProjectVariable, unsetProjectVariable } from '@/server/services/project/project-variables'
import { updateProject } from '@/server/services/project/update-project'
import { setQuotas } from '@/server/services/quota/set-quotas'
import { attachRunner } from '@/server/services/runner/attach-runner'
import { launchRunner } from '@/server/services/runner/launch-runner'
import { pauseRunner, resumeRunner } from '@/server/services/runner/pause-runner'
import { recordExit } from '@/server/services/runner/record-exit'
import { recordLost } from '@/server/services/runner/record-lost'
import { recordRunning } from '@/server/services/runner/record-running'
import { restartRunner } from '@/server/services/runner/restart-runner'
import { stopRunner } from '@/server/services/runner/stop-runner'
import { aBrowser, launchOf, type ServiceTest, startServiceTest } from './service-test'

let test: ServiceTest
let runnerId: string

beforeEach(async () => {
  test = await startServiceTest()
  await test.project('p')
  runnerId = (await launchRunner(test.ctx, launchOf('p'))).id
})
afterEach(() => test.stop())

const AGENT = '00000000-0000-4000-8000-000000000001'
const report = (state: 'running' | 'paused') => ({
  runnerId,
  epoch: 1,
  agentId: AGENT,
  state,
  process: { pid: 1234, startTicks: 1, bootId: 'boot' },
})
const DRIVE = '00000000-0000-4000-8000-000000000002'
const aDrive = () => ({
  ...{ id: DRIVE, runnerId, epoch: 1, userId: test.ctx.actor.id ?? '', userName: 'owner' },
  ...{ credential: 'token:a', beganAt: test.clock.now },
})
const anEnd = (cause: 'released' | 'lost') =>
  ({ id: DRIVE, endedAt: test.clock.now, cause, inputBytes: 3, lastInputAt: null }) as const
const run = () => recordRunning(test.ctx, report('running'))
const exit = (exitCode: number) =>
  recordExit(test.ctx, runnerId, 1, { exitCode, signal: null, reason: null, lastLines: 'bye' })

/** Every service that changes something: what must be so before, what it does, and the events it tells. */
const changes: Record<string, { first?: () => Promise<unknown>; change: () => Promise<unknown>; events: string[] }> = {
  'project.create': { change: () => test.project('q'), events: ['project.created'] },
  'project.update': {
    change: () => updateProject(test.ctx, { project: 'p', description: 'd' }),
    events: ['project.updated'],
  },
  'project.archive': {
    change: () => archiveProject(test.ctx, { project: 'p', archived: true }),
    events: ['project.archived'],
  },
  'project.delete': {
    first: () => exitBeforeRun(),
    change: () => deleteProject(test.ctx, { project: 'p', confirmName: 'p' }),
    events: ['project.deleted'],
  },
  'project.variable_set': {
    change: () => setProjectVariable(test.ctx, { project: 'p', name: 'A', value: 'secret value' }),
    events: ['project.updated'],
  },
  'project.variable_unset': {
    first: () => setProjectVariable(test.ctx, { project: 'p', name: 'A', value: 'secret value' }),
    change: () => unsetProjectVariable(test.ctx, { project: 'p', name: 'A' }),
    events: ['project.updated'],
  },
  'quota.set': { change: () => setQuotas(test.ctx, { project: 'p', runners: 3 }), events: ['quota.updated'] },
  'notification.settings': {
    change: () => updateNotificationSettings(test.ctx, { summaryAt: '09:00' }),
    events: [],
  },
  'runner.launch': { change: () => launchRunner(test.ctx, launchOf('p')), events: ['runner.launched'] },
  'runner.attach': {
    change: () =>
      attachRunner(
        { ...test.ctx, source: { address: null, credential: 'token:a' } },
        { id: runnerId, readOnly: false },
      ),
    events: [],
  },
  'terminal.drive': { change: () => beginDrive(test.ctx, aDrive()), events: ['runner.drive_began'] },
  'terminal.drive_end': {
    first: () => beginDrive(test.ctx, aDrive()),
    change: () => endDrive(test.ctx, anEnd('released')),
    events: ['runner.drive_ended'],
  },
  'runner.start': { change: run, events: ['runner.started'] },
  'runner.pause': { first: run, change: () => pauseRunner(test.ctx, { id: runnerId }), events: [] },
  'runner.paused': { first: run, change: () => recordRunning(test.ctx, report('paused')), events: ['runner.paused'] },
  'runner.resume': {
    first: async () => {
      await run()
      await pauseRunner(test.ctx, { id: runnerId })
      await recordRunning(test.ctx, report('paused'))
    },
    change: () => resumeRunner(test.ctx, { id: runnerId }),
    events: [],
  },
  'runner.stop': {
    first: run,
    change: () => stopRunner(test.ctx, { id: runnerId, force: false, graceMs: 1 }),
    events: ['runner.stopping'],
  },
  'runner.exit': { first: run, change: () => exit(3), events: ['runner.failed'] },
  'runner.lose': { first: run, change: () => recordLost(test.ctx, runnerId, 1, 'silent'), events: ['runner.lost'] },
  'runner.adopt': {
    first: async () => {
      await run()
      await recordLost(test.ctx, runnerId, 1, 'silent')
    },
    change: run,
    events: ['runner.adopted'],
  },
  'runner.restart': {
    first: run,
    change: () => restartRunner(test.ctx, { id: runnerId }),
    events: ['runner.restarting'],
  },
  'auth.login_link': { change: () => createLoginCode(test.ctx), events: [] },
  'auth.sign_in': {
    first: async () => {
      code = (await createLoginCode(test.ctx)).code
    },
    change: () => redeemLoginCode(test.ctx, { code, ...aBrowser }),
    events: ['user.signed_in'],
  },
}
let code = ''
const exitBeforeRun = async () => {
  await run()
  await exit(0)
}

const DATA_TABLES = [
  'projects',
  'project_variables',
  'runners',
  'sessions',
  'quotas',
  'notification_settings',
  'attach_tickets',
  'drive_spans',
  'login_codes',
  'web_sessions',
  'idempotency_keys',
]

/** All rows of all tables, as text, but those a change is recorded in. */
async function everything(): Promise<string> {
  const rows = await Promise.all(
    DATA_TABLES.map((table) => test.query(`SELECT to_jsonb(t) AS row FROM ${table} t ORDER BY t::text`)),
  )
  return JSON.stringify(rows)
}
const maxSeq = async (table: string) =>
  Number((await test.query<{ seq: string }>(`SELECT coalesce(max(seq), 0) AS seq FROM ${table}`))[0]?.seq)

beforeEach(async () => {
  // What reports a runner must be an agent that has joined.
  await test.query(
    `INSERT INTO agents (id, node_id, pid, pid_start_ticks, boot_id, version, protocol, started_at, last_seen_at)
     SELECT $1, id, 1, 1, 'boot', '0', 1, now(), now() FROM nodes LIMIT 1`,
    [AGENT],
  )
})

describe.each(Object.entries(changes))('%s', (action, { first, change, events }) => {
  it('writes its audit row and its events with the change', async () => {
    await first?.()
    const [audit, outbox] = [await maxSeq('audit_events'), await maxSeq('outbox_events')]
    await change()
    const rows = await test.query<{ action: string; actor_name: string; request_id: string }>(
      'SELECT action, actor_name, request_id, data::text FROM audit_events WHERE seq > $1',
      [audit],
    )
    expect(rows).toMatchObject([{ action, actor_name: 'owner', request_id: 'request-1' }])
    expect(JSON.stringify(rows)).not.toContain('secret value')
    const told = await test.query<{ type: string }>('SELECT type FROM outbox_events WHERE seq > $1 ORDER BY seq', [
      outbox,
    ])
    expect(told.map(({ type }) => type)).toEqual(events)
  })

  it.each(['audit_events', ...(events.length > 0 ? ['outbox_events'] : [])])(
    'does not happen when %s cannot be written',
    async (table) => {
      await first?.()
      const before = await everything()
      await test.query(`ALTER TABLE ${table} ADD CONSTRAINT broken CHECK (false) NOT VALID`)
      await expect(change()).rejects.toThrow()
      expect(await everything()).toBe(before)
      await test.query(`ALTER TABLE ${table} DROP CONSTRAINT broken`)
      await change()
      expect(await everything().then((after) => after !== before)).toBe(true)
    },
  )
})

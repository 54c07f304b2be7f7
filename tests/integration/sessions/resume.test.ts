import { mkdirSync, symlinkSync } from 'node:fs'
import { join, relative } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { SessionCheck } from '@/contracts/agent-protocol/session-files'
import type { DaemonLink } from '@/server/core/ports/daemon-link'
import { createProject } from '@/server/services/project/create-project'
import { suggestProjects } from '@/server/services/project/suggest-projects'
import { createActionTries } from '@/server/services/reconcile/action-tries'
import { observeWorld } from '@/server/services/reconcile/observe-world'
import { planReconcile } from '@/server/services/reconcile/plan-reconcile'
import { launchRunner } from '@/server/services/runner/launch-runner'
import { recordExit } from '@/server/services/runner/record-exit'
import { restartRunner } from '@/server/services/runner/restart-runner'
import { forkSession } from '@/server/services/session/fork-session'
import { getSession } from '@/server/services/session/get-session'
import { resumeSession } from '@/server/services/session/resume-session'
import { createFakeAgents } from '../services/fake-agents'
import { launchOf, type ServiceTest, startServiceTest } from '../services/service-test'

let test: ServiceTest
/** What the node's disk says. */
let check: SessionCheck
beforeAll(async () => {
  test = await startServiceTest()
  test.ctx.daemon = { checkSession: async () => check } as unknown as DaemonLink
})
afterAll(() => test.stop())
beforeEach(() => {
  check = { resumable: true, reason: null, path: '/t.jsonl', cwd: null, cwdExists: false }
})

const SIZE = { cols: 80, rows: 24 }
const resume = (id: string, takeOver = false) => resumeSession(test.ctx, { id, takeOver, ...SIZE })
const end = (runnerId: string, epoch = 1) =>
  recordExit(test.ctx, runnerId, epoch, { exitCode: 0, signal: null, reason: null, lastLines: '' })

/** A Claude session whose runner is live. */
async function liveSession(project: string): Promise<{ id: string; runnerId: string }> {
  const runner = await launchRunner(test.ctx, { ...launchOf(project), provider: 'claude' })
  return { id: runner.sessionId ?? '', runnerId: runner.id }
}

/** One that its runner has left. */
async function endedSession(project: string): Promise<{ id: string; runnerId: string }> {
  const session = await liveSession(project)
  await end(session.runnerId)
  return session
}

const eventsOf = async (sessionId: string): Promise<string[]> =>
  (
    await test.query<{ type: string }>('SELECT type FROM outbox_events WHERE aggregate_id = $1 ORDER BY seq', [
      sessionId,
    ])
  ).map((row) => row.type)

describe('resuming', () => {
  it('a session that nobody holds starts a runner in it, under the next epoch of its lease', async () => {
    await test.project('free')
    const session = await endedSession('free')
    expect(await getSession(test.ctx, session)).toMatchObject({ runnerId: null })
    const { outcome, runner } = await resume(session.id)
    expect(outcome).toBe('started')
    expect(runner).toMatchObject({ sessionId: session.id, project: 'free', provider: 'claude', status: 'starting' })
    expect(runner.id).not.toBe(session.runnerId)
    expect(await getSession(test.ctx, session)).toMatchObject({ runnerId: runner.id, endedAt: null })
    const rows = await test.query<{ cause: string; lease: number; mode: string }>(
      `SELECT b.cause::text, s.lease_epoch AS lease, r.session_mode::text AS mode
         FROM session_bindings b JOIN sessions s ON s.id = b.session_id JOIN runners r ON r.id = b.runner_id
        WHERE s.id = $1 ORDER BY b.bound_at, r.created_at, b.cause`,
      [session.id],
    )
    expect(rows).toEqual([
      { cause: 'launch', lease: 2, mode: 'new' },
      { cause: 'resume', lease: 2, mode: 'resume' },
    ])
    expect(await eventsOf(session.id)).toEqual(['session.created', 'session.ended', 'session.resumed'])
  })

  it('one that a live runner holds attaches to that, without a look at the disk', async () => {
    await test.project('held')
    const session = await liveSession('held')
    check = { ...check, resumable: false, reason: 'must not be asked' }
    expect(await resume(session.id)).toMatchObject({ outcome: 'attached', runner: { id: session.runnerId } })
  })

  it('by many at once makes one runner, which the others attach to', async () => {
    await test.project('many', 20)
    const session = await endedSession('many')
    const opened = await Promise.all(Array.from({ length: 10 }, () => resume(session.id)))
    expect(new Set(opened.map(({ runner }) => runner.id)).size).toBe(1)
    expect(opened.map(({ outcome }) => outcome).sort()).toEqual([...Array(9).fill('attached'), 'started'])
    const [count] = await test.query('SELECT count(*)::int AS n FROM runners WHERE session_id = $1', [session.id])
    expect(count).toEqual({ n: 2 })
  })

  it('one that cannot be is refused with the reason of its disk', async () => {
    await test.project('gone')
    const session = await endedSession('gone')
    check = { ...check, resumable: false, reason: 'its transcript is not on this node any more.' }
    await expect(resume(session.id)).rejects.toMatchObject({
      code: 'invalid_state',
      message: expect.stringContaining('its transcript is not on this node'),
    })
    expect(await getSession(test.ctx, session)).toMatchObject({ runnerId: null })
  })

  it('obeys the quota like any launch', async () => {
    await test.project('full', 1)
    const session = await endedSession('full')
    await launchRunner(test.ctx, launchOf('full'))
    await expect(resume(session.id)).rejects.toMatchObject({ code: 'quota_exceeded' })
  })

  it('goes back to the directory it was in, or to the project with a word when that is gone', async () => {
    const project = await test.project('where')
    const { path } = await test.ctx.db.prisma.project.findUniqueOrThrow({ where: { id: project.id } })
    const session = await endedSession('where')
    mkdirSync(join(path, 'sub'))
    check = { ...check, cwd: join(path, 'sub'), cwdExists: true }
    const there = await resume(session.id)
    expect(there).toMatchObject({ directoryGone: null, runner: { cwd: join(path, 'sub') } })
    await end(there.runner.id)
    check = { ...check, cwdExists: false }
    expect(await resume(session.id)).toMatchObject({ directoryGone: join(path, 'sub'), runner: { cwd: path } })
  })

  it('never starts outside of its project, whatever its transcript says and whatever links are laid', async () => {
    const project = await test.project('inside')
    const { path } = await test.ctx.db.prisma.project.findUniqueOrThrow({ where: { id: project.id } })
    // Where another project may be, and one is.
    const outside = await made(join(path, '..', 'inside-not'))
    await createProject(test.ctx, { name: 'inside-not', path: outside, defaultProvider: 'shell' })
    const link = join(path, 'link')
    symlinkSync(outside, link)
    const session = await endedSession('inside')
    const dotted = `${path}/${relative(path, outside)}`
    for (const cwd of ['/proc/self', outside, link, dotted, join(path, 'never-made'), 'inside']) {
      check = { ...check, cwd, cwdExists: true }
      const opened = await resume(session.id)
      expect(opened).toMatchObject({ directoryGone: cwd, runner: { cwd: path, project: 'inside' } })
      await end(opened.runner.id)
      const { runner } = await forkSession(test.ctx, { id: session.id, ...SIZE })
      expect(runner).toMatchObject({ cwd: path })
      await end(runner.id)
    }
  })
})

describe('taking over', () => {
  it('ends the holder, has the lease at once, and starts when the holder is over', async () => {
    // One slot: the new runner takes the place of the one it waits for.
    await test.project('take', 1)
    const session = await liveSession('take')
    const agents = createFakeAgents()
    const node = await test.ctx.db.prisma.node.findFirstOrThrow()
    agents.agent = { agentId: '7f2c1f0e-5d57-4a9e-9d3e-0a7f6d1c2b3a', nodeId: node.id }
    const planned = async (id: string) => {
      const { runners, seen } = await observeWorld(
        { ...test.ctx },
        agents,
        createActionTries(() => 0),
        {
          runnerIds: [id],
        },
      )
      return planReconcile(runners, seen).map((action) => action.kind)
    }

    const { outcome, runner } = await resume(session.id, true)
    expect(outcome).toBe('waiting')
    expect(await getSession(test.ctx, session)).toMatchObject({ runnerId: runner.id })
    const holder = await test.ctx.db.prisma.runner.findUniqueOrThrow({ where: { id: session.runnerId } })
    expect(holder).toMatchObject({ status: 'stopping', desired: 'terminated' })
    expect(holder.reason).toContain('taken over')
    expect(await planned(runner.id)).toEqual([])

    await end(session.runnerId)
    expect(await planned(runner.id)).toEqual(['start'])
    // Its end took nothing from whoever has the session now, and it cannot have it back.
    expect(await getSession(test.ctx, session)).toMatchObject({ runnerId: runner.id, endedAt: null })
    await test.ctx.db.prisma.quota.updateMany({ data: { limit: 5 } })
    await expect(restartRunner(test.ctx, { id: session.runnerId })).rejects.toMatchObject({ code: 'conflict' })
    const audit = await test.query<{ data: { takenFrom?: string } }>(
      `SELECT data FROM audit_events WHERE action = 'session.resume' AND target_id = $1`,
      [runner.id],
    )
    expect(audit).toMatchObject([{ data: { takenFrom: session.runnerId } }])
  })

  it('of one that is being ended already needs no asking', async () => {
    await test.project('ending')
    const session = await liveSession('ending')
    await test.ctx.db.prisma.runner.update({
      where: { id: session.runnerId },
      data: { status: 'stopping', desired: 'terminated' },
    })
    expect(await resume(session.id)).toMatchObject({ outcome: 'waiting' })
  })
})

describe('forking', () => {
  it('starts a session of its own, also from one that is held', async () => {
    await test.project('forks')
    const session = await liveSession('forks')
    const { runner } = await forkSession(test.ctx, { id: session.id, ...SIZE })
    expect(runner.sessionId).not.toBe(session.id)
    expect(await getSession(test.ctx, { id: runner.sessionId ?? '' })).toMatchObject({
      parentId: session.id,
      runnerId: runner.id,
    })
    expect(await test.ctx.db.prisma.runner.findUniqueOrThrow({ where: { id: runner.id } })).toMatchObject({
      sessionMode: 'fork',
      forkOfId: session.id,
    })
    expect(await getSession(test.ctx, session)).toMatchObject({ runnerId: session.runnerId })
    expect(await eventsOf(runner.sessionId ?? '')).toEqual(['session.created'])
  })
})

describe('a session from outside', () => {
  const found = async (cwd: string, lastActivityAt = test.clock.now) => {
    const node = await test.ctx.db.prisma.node.findFirstOrThrow()
    mkdirSync(cwd, { recursive: true })
    const data = { provider: 'claude', providerSessionId: crypto.randomUUID(), cwd, nodeId: node.id } as const
    return test.ctx.db.prisma.session.create({ data: { ...data, lastActivityAt } })
  }
  const beside = (name: string): string => join(test.ctx.settings.home, '..', name)

  it('belongs to the innermost project that has its directory', async () => {
    await createProject(test.ctx, { name: 'outer', path: await made(beside('outer')), defaultProvider: 'shell' })
    await createProject(test.ctx, { name: 'inner', path: await made(beside('outer/inner')), defaultProvider: 'shell' })
    const session = await found(beside('outer/inner/deep'))
    check = { ...check, cwd: session.cwd, cwdExists: true }
    const opened = await resume(session.id)
    expect(opened).toMatchObject({ projectCreated: null, runner: { project: 'inner', cwd: session.cwd } })
    expect(await getSession(test.ctx, session)).toMatchObject({ project: 'inner' })
  })

  it('makes a project of its directory, once for many, under a name that is free', async () => {
    await test.project('My-Work')
    const sessions = await Promise.all(Array.from({ length: 4 }, () => found(beside('elsewhere/my work'))))
    check = { ...check, cwd: beside('elsewhere/my work'), cwdExists: true }
    const opened = await Promise.all(sessions.map(({ id }) => resume(id)))
    expect(new Set(opened.map(({ runner }) => runner.project))).toEqual(new Set(['my-work-2']))
    expect(opened.filter(({ projectCreated }) => projectCreated === 'my-work-2')).toHaveLength(1)
  })

  it('whose directory is gone and has no project says so', async () => {
    const session = await found(beside('vanished'))
    check = { ...check, cwd: session.cwd, cwdExists: false }
    await expect(resume(session.id)).rejects.toMatchObject({
      code: 'invalid_state',
      message: expect.stringContaining('vanished'),
    })
  })

  it('suggests its directory as a project, until there is one', async () => {
    const place = beside('suggested/My Place')
    await found(place)
    await found(place, new Date(test.clock.now.getTime() + 1000))
    const suggestion = () => suggestProjects(test.ctx).then((all) => all.find((one) => one.path === place))
    expect(await suggestion()).toMatchObject({ name: 'My-Place', sessions: 2 })
    await createProject(test.ctx, { name: 'place', path: place, defaultProvider: 'claude' })
    expect(await suggestion()).toBeUndefined()
    const [adopted] = await test.query(
      'SELECT count(*)::int AS n FROM sessions s JOIN projects p ON p.id = s.project_id WHERE p.name = $1',
      ['place'],
    )
    expect(adopted).toEqual({ n: 2 })
  })
})

async function made(path: string): Promise<string> {
  mkdirSync(path, { recursive: true })
  return path
}

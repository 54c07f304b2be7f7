import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createProject, launchRunning, typeLine, untilScreen, untilStatus } from '../../support/launch'
import { requireCompleteEvents, requireProcessesAsInRows } from '../../support/oracles'
import { createTestDatabase, type TestDatabase } from '../../support/postgres'
import { isAlive, processesOf, signal } from '../../support/processes'
import { type Stack, startStack } from '../../support/stack'
import { createTempHome, type TempHome } from '../../support/temp-home'
import { waitUntil } from '../../support/wait-until'

/** The launcher's patience with web and daemon together, and some for a slow machine. */
const GRACE_MS = 40_000
/** A second signal within this counts as the same one. */
const SAME_SIGNAL_MS = 700

let home: TempHome
let database: TestDatabase
let pool: pg.Pool
let stack: Stack

const start = async () => {
  stack = await startStack({ home: home.path, env: { DATABASE_URL: database.url } })
}
beforeAll(async () => {
  home = createTempHome()
  database = await createTestDatabase()
  pool = new pg.Pool({ connectionString: database.url, max: 3 })
  await start()
})
afterAll(async () => {
  await stack.stop()
  await pool.end()
  await database.drop()
  home.remove()
})

const ended = () => waitUntil('the launcher has ended', () => stack.launcher.exited, GRACE_MS)
const parts = () => processesOf(home.path).filter(({ command }) => /dist\/(daemon|web|launcher)\.mjs/.test(command))

/** Holds what every change needs, so that a stop cannot write its last word. */
async function blockChanges(): Promise<{ release(): Promise<void> }> {
  const client = await pool.connect()
  await client.query('BEGIN')
  await client.query('SELECT 1 FROM audit_tip WHERE id = 1 FOR UPDATE')
  return {
    release: async () => {
      await client.query('ROLLBACK')
      client.release()
    },
  }
}

it('SIGTERM in the middle of work: all stop in order, the terminal goes on, and the next start has everything', async () => {
  const project = await createProject(stack)
  const runner = await launchRunning(stack, { project: project.name, provider: 'shell' })
  await typeLine(stack, runner.id, 'i=0; while :; do i=$((i+1)); echo n$i; sleep 0.1; done')
  await untilScreen(stack, runner.id, /^n3$/m)
  const accepted = Array.from({ length: 5 }, (_, index) =>
    stack.api.runner.launch
      .mutate({ project: project.name, provider: 'shell', idempotencyKey: `stop-test-${index}` })
      .then(
        ({ id }) => id,
        () => null,
      ),
  )
  signal(stack.launcher.pid, 'SIGTERM')
  const ids = (await Promise.all(accepted)).filter((id) => id !== null)
  expect((await ended()).code).toBe(0)
  expect(parts()).toEqual([])
  expect(isAlive(runner.pid ?? 0)).toBe(true)

  await start()
  for (const id of [runner.id, ...ids]) await untilStatus(stack, id, ['running'], 30_000)
  expect(await stack.api.runner.get.query({ id: runner.id })).toMatchObject({ pid: runner.pid, epoch: 1 })
  const stopped = await pool.query(`SELECT 1 FROM outbox_events WHERE type = 'system.stopped'`)
  expect(stopped.rowCount).toBe(1)
  await requireCompleteEvents(pool)
  await requireProcessesAsInRows(pool)
}, 180_000)

it('SIGTERM twice while the stop hangs: it is cut short and nothing is broken', async () => {
  const { daemon } = await stack.pids()
  const blocked = await blockChanges()
  signal(stack.launcher.pid, 'SIGTERM')
  await waitUntil(
    'web has stopped and the daemon stops',
    () =>
      stack.launcher.output().includes('Stop the daemon') ||
      parts().every(({ command }) => !command.includes('web.mjs')),
    GRACE_MS,
  )
  const asked = performance.now()
  await waitUntil('the first signal is a while ago', () => performance.now() - asked > SAME_SIGNAL_MS)
  expect(isAlive(daemon ?? 0)).toBe(true)
  signal(stack.launcher.pid, 'SIGTERM')
  const exit = await waitUntil('the launcher has ended', () => stack.launcher.exited, 10_000)
  expect(exit.signal).toBeNull()
  expect(parts()).toEqual([])
  await blocked.release()

  await start()
  await waitUntil('the agent is back', async () => (await stack.pids()).agents.length === 1, 30_000)
  await stack.api.system.reconcile.mutate()
  await requireCompleteEvents(pool)
  await requireProcessesAsInRows(pool)
}, 180_000)

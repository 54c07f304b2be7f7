import { cpSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createProject, launchRunning, untilStatus } from '../../support/launch'
import { requireProcessesAsInRows } from '../../support/oracles'
import { isAlive, signal } from '../../support/processes'
import { type Stack, startStack } from '../../support/stack'
import { createTempHome, type TempHome } from '../../support/temp-home'
import { waitUntil } from '../../support/wait-until'
import { type ProbedStack, startProbedStack } from '../api/stack-with-database'

const TTL_SECONDS = 3
const env = { STRATAVORE_HEARTBEAT_TTL_SECONDS: `${TTL_SECONDS}`, STRATAVORE_RECONCILE_INTERVAL_SECONDS: '1' }

let probed: ProbedStack
let first: Stack
let second: Stack | undefined
let secondHome: TempHome

beforeAll(async () => {
  secondHome = createTempHome()
  probed = await startProbedStack({ env })
  first = probed.stack
})
afterAll(async () => {
  await second?.stop()
  await probed.stop()
  secondHome.remove()
})

const query = async <Row>(sql: string): Promise<Row[]> => (await probed.database.query(sql)).rows
const lease = async () => (await query<{ epoch: string; pid: number }>('SELECT epoch, pid FROM daemon_lease'))[0]
const lossEvents = async () =>
  (await query(`SELECT 1 FROM outbox_events WHERE type IN ('runner.lost', 'runner.failed', 'node.lost')`)).length
const cutLead = () =>
  query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE application_name = 'stratavore-lead' AND datname = current_database()
            AND pid IN (SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted)`)
const isStandby = async (stack: Stack) =>
  (await stack.api.system.health.query()).checks.some(({ detail }) => detail.includes('stands by'))

it('a leader that stood still for longer than the TTL loses nobody: not one runner is called lost', async () => {
  const project = await createProject(first)
  const runner = await launchRunning(first, { project: project.name, provider: 'shell' })
  const { daemon } = await first.pids()
  const before = await lossEvents()
  signal(daemon ?? 0, 'SIGSTOP')
  // The time itself is what is tested: well past the TTL, and past what the daemon takes for a pause of its own.
  await delay((TTL_SECONDS + 4) * 1_000)
  signal(daemon ?? 0, 'SIGCONT')
  await waitUntil('the daemon answers again', async () => (await first.pids()).daemon === daemon)
  await first.api.system.reconcile.mutate()
  expect(await first.api.runner.get.query({ id: runner.id })).toMatchObject({ status: 'running', pid: runner.pid })
  expect(await lossEvents()).toBe(before)
})

it('a second daemon on the same database waits, takes over when the first dies, and gives back: never two lead', async () => {
  const project = await createProject(first)
  const runner = await launchRunning(first, { project: project.name, provider: 'shell' })
  const leader = await lease()
  expect(leader?.pid).toBe((await first.pids()).daemon)
  // Another home of the same installation has the same keys.
  mkdirSync(secondHome.path, { recursive: true })
  cpSync(join(first.home, 'keys'), join(secondHome.path, 'keys'), { recursive: true })
  const standby = await startStack({ home: secondHome.path, env: { ...env, DATABASE_URL: probed.url } })
  second = standby
  expect(standby.launcher.output()).toMatch(/standby: pid \d+ on \S+ leads/)
  expect(await isStandby(standby)).toBe(true)
  expect(await lease()).toEqual(leader)
  await expect(standby.api.system.reconcile.mutate()).rejects.toThrow(/standby/)

  // Its launcher would start the first again at once, and who leads then is chance.
  signal(first.launcher.pid, 'SIGSTOP')
  const killed = (await first.pids()).daemon ?? 0
  signal(killed, 'SIGKILL')
  await waitUntil('the second leads', async () => (await lease())?.epoch === String(Number(leader?.epoch) + 1), 30_000)
  await waitUntil('it says so', () => standby.launcher.output().includes('daemon: leads now'))
  expect((await lease())?.pid).toBe((await standby.pids()).daemon)

  signal(first.launcher.pid, 'SIGCONT')
  await waitUntil('the first is back, as a standby', () => isStandby(first), 30_000)
  // Its agent cannot reach the one that leads: unreachable is not dead.
  await untilStatus(first, runner.id, ['lost'], 30_000)
  expect(isAlive(runner.pid ?? 0)).toBe(true)

  // A leader that freezes and is replaced meanwhile finds out, and does not touch anything.
  const frozen = (await standby.pids()).daemon ?? 0
  signal(frozen, 'SIGSTOP')
  await cutLead()
  await waitUntil('the first leads again', async () => (await lease())?.pid === (await first.pids()).daemon, 30_000)
  const adopted = await untilStatus(first, runner.id, ['running'], 30_000)
  expect(adopted).toMatchObject({ pid: runner.pid, epoch: 1 })
  const reign = await lease()
  signal(frozen, 'SIGCONT')
  await waitUntil('the second is a standby again', () => isStandby(standby), 30_000)
  expect((await standby.pids()).daemon).not.toBe(frozen)
  expect(await lease()).toEqual(reign)
  await requireProcessesAsInRows(probed.database)
}, 180_000)

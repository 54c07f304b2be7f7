import { afterAll, beforeAll, expect, it } from 'vitest'
import { homePaths } from '@/config/paths'
import { readInstallationKeys } from '@/server/services/installation/installation-keys'
import { type EmbeddedDatabase, openEmbeddedDatabase } from '../../support/embedded-database'
import { createProject, launchRunning, typeLine, untilScreen } from '../../support/launch'
import {
  requireCompleteEvents,
  requireHealth,
  requireProcessesAsInRows,
  requireWholeAuditChain,
} from '../../support/oracles'
import { isAlive, signal } from '../../support/processes'
import { type Stack, startStack } from '../../support/stack'
import { waitUntil } from '../../support/wait-until'

/** Short, so that an outage is longer than it: without a grace afterwards everything would be lost. */
const TTL_SECONDS = 2

let stack: Stack
let database: EmbeddedDatabase
beforeAll(async () => {
  stack = await startStack({
    env: { STRATAVORE_HEARTBEAT_TTL_SECONDS: `${TTL_SECONDS}`, STRATAVORE_RECONCILE_INTERVAL_SECONDS: '1' },
  })
  database = openEmbeddedDatabase(stack)
})
afterAll(async () => {
  await database.pool.end()
  await stack.stop()
})

const ask = () => fetch(`${stack.url}/api/trpc/system.status`, { headers: { authorization: `Bearer ${stack.token}` } })
const epoch = async () =>
  (await database.pool.query<{ epoch: string }>('SELECT epoch FROM daemon_lease')).rows[0]?.epoch

it.each([
  ['is restarted', 'SIGINT'],
  ['is killed', 'SIGKILL'],
] as const)(
  'Postgres %s: 503 meanwhile, every process and terminal stays, nobody is lost',
  async (_how, how) => {
    const project = await createProject(stack)
    const runner = await launchRunning(stack, { project: project.name, provider: 'shell' })
    const before = await stack.pids()
    const epochBefore = await epoch()
    const postmaster = database.postmasterPid()
    signal(postmaster, how)

    const refused = await waitUntil('the API says that it cannot answer', async () => {
      const response = await ask()
      return response.status === 503 && response
    })
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    await waitUntil('the API answers again', async () => (await ask()).status === 200, 60_000)
    await waitUntil('the daemon leads again', async () => (await epoch()) !== epochBefore, 30_000)
    expect(Number(await epoch())).toBe(Number(epochBefore) + 1)

    // Not one process was replaced, and the terminal is the same.
    expect(
      await waitUntil('all are connected', async () => (await stack.pids()).agents.length > 0 && stack.pids()),
    ).toEqual(before)
    expect(isAlive(runner.pid ?? 0)).toBe(true)
    await typeLine(stack, runner.id, 'echo still-$((40+2))')
    await untilScreen(stack, runner.id, 'still-42')
    const again = await launchRunning(stack, { project: project.name, provider: 'shell' })
    expect(again.status).toBe('running')
    const lost = await database.pool.query(`SELECT 1 FROM outbox_events WHERE type IN ('runner.lost', 'node.lost')`)
    expect(lost.rowCount).toBe(0)

    const idle = `SELECT pid, query FROM pg_stat_activity WHERE state LIKE 'idle in transaction%'
                  AND state_change < now() - interval '1 second'`
    await waitUntil(
      'no connection idles in a transaction',
      async () => (await database.pool.query(idle)).rowCount === 0,
    )
    await requireHealth(stack)
    await requireCompleteEvents(database.pool)
    await requireProcessesAsInRows(database.pool)
    await requireWholeAuditChain(database.pool, (await readInstallationKeys(homePaths(stack.home))).audit)
  },
  150_000,
)

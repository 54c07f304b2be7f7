import { randomInt } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { homePaths } from '@/config/paths'
import { readInstallationKeys } from '@/server/services/installation/installation-keys'
import { type EmbeddedDatabase, openEmbeddedDatabase } from '../../support/embedded-database'
import { createProject } from '../../support/launch'
import {
  requireCompleteEvents,
  requireDeliveredEvents,
  requireHealth,
  requireNoStrays,
  requireProcessesAsInRows,
  requireWholeAuditChain,
  watchQuotas,
} from '../../support/oracles'
import { isAlive, processesOf, signal } from '../../support/processes'
import { seededRandom } from '../../support/seeded-random'
import { type Stack, startStack } from '../../support/stack'
import { waitUntil } from '../../support/wait-until'

const KILLS = 10
const QUOTA = 4
/** One part is dead or two at once; all is well again within this, on a machine with other work to do. */
const HEAL_MS = 60_000

const seed = Number(process.env.FAULT_SEED ?? randomInt(2 ** 31))
const random = seededRandom(seed)
const oneOf = <T>(all: readonly T[]): T => {
  const found = all[Math.floor(random() * all.length)]
  if (found === undefined) throw new Error('there is nothing to choose from')
  return found
}

let stack: Stack
let database: EmbeddedDatabase
beforeAll(async () => {
  stack = await startStack({ env: { STRATAVORE_RECONCILE_INTERVAL_SECONDS: '1' } })
  database = openEmbeddedDatabase(stack)
})
afterAll(async () => {
  await database.pool.end()
  await stack.stop()
})

type Part = 'daemon' | 'web' | 'agent' | 'postgres'
const PARTS: readonly Part[] = ['daemon', 'web', 'postgres', 'agent']

/** Each part dies at least once; who else and when is chance, and the same for the same seed. */
function planKills(): Part[][] {
  const must = [...PARTS]
  const plan = Array.from({ length: KILLS }, (_, index) => [must[index] ?? oneOf(PARTS)])
  for (let at = plan.length - 1; at > 0; at -= 1) {
    const other = Math.floor(random() * (at + 1))
    const moved = plan[at] ?? []
    plan[at] = plan[other] ?? []
    plan[other] = moved
  }
  // Now and then two at once.
  return plan.map((parts) => (random() < 0.2 ? [...new Set([...parts, oneOf(PARTS)])] : parts))
}

/** Prints numbered lines, and does not go away when its terminal does or when it is asked to. */
const STUBBORN = "(trap '' HUP TERM; i=0; while :; do i=$((i+1)); echo n$i; sleep 0.1; done) & wait"

/** The part's process, found among the living: the API may be what was killed last. */
function pidOf(part: Part): number {
  if (part === 'postgres') return database.postmasterPid()
  const found = processesOf(stack.home).find(({ command }) => command.includes(`/dist/${part}.mjs`))
  if (!found) throw new Error(`there is no ${part} to kill`)
  return found.pid
}

/**
 * Work that goes on whatever is killed: shells that print numbered lines are launched, paused, stopped. What is refused
 * meanwhile is asked again with the same key, as a client should.
 */
function startLoad(project: string) {
  let stopped = false
  const launched = new Map<string, string>()
  const answered = (work: Promise<unknown>) =>
    work.then(
      () => true,
      () => false,
    )
  const run = async (worker: number) => {
    for (let turn = 0; !stopped; turn += 1) {
      const key = `load-${worker}-${turn}`
      const launch = { project, provider: 'shell', idempotencyKey: key } as const
      const id = await waitUntil(
        `launch ${key} is answered`,
        () =>
          stack.api.runner.launch.mutate(launch).then(
            (runner) => runner.id,
            (error) => refusedForGood(error) && '',
          ),
        HEAL_MS,
      )
      // The quota is full: that is an answer.
      if (id === '') continue
      launched.set(key, id)
      // Typed as soon as it runs; one that has ended meanwhile is not typed into.
      await waitUntil(
        `${id} is past its start`,
        async () => (await stack.api.runner.get.query({ id })).status !== 'starting',
        HEAL_MS,
      )
      await answered(stack.api.runner.send.mutate({ id, text: STUBBORN, enter: true }))
      if (turn % 3 === 1) await answered(stack.api.runner.pause.mutate({ id }))
      await waitUntil(
        `${id} is being stopped`,
        async () => {
          if (await answered(stack.api.runner.stop.mutate({ id, force: turn % 2 === 0, graceMs: 1_000 }))) return true
          return ['stopping', 'failed', 'terminated'].includes((await stack.api.runner.get.query({ id })).status)
        },
        HEAL_MS,
      )
    }
  }
  const workers = Promise.all([1, 2].map(run))
  return {
    launched,
    stop: async () => {
      stopped = true
      await workers
    },
  }
}

const refusedForGood = (error: unknown) => error instanceof Error && /quota/i.test(error.message)

/** All parts answer, and nothing is on its way from one state to another any more. */
async function healed(): Promise<void> {
  await waitUntil(
    'all is well again',
    async () => {
      await requireHealth(stack)
      const { agents } = await stack.pids()
      await stack.api.system.reconcile.mutate()
      return agents.length === 1
    },
    HEAL_MS,
  )
}

it(`everything holds after ${KILLS} kills of whatever it may be (FAULT_SEED=${seed})`, async () => {
  process.stdout.write(`FAULT_SEED=${seed}\n`)
  const project = await createProject(stack, { runnerQuota: QUOTA })
  // One that is never asked to end: only the death of its agent may end it.
  const { id: witness } = await stack.api.runner.launch.mutate({ project: project.name, provider: 'shell' })
  await waitUntil(
    'the witness runs',
    async () => (await stack.api.runner.get.query({ id: witness })).status === 'running',
    HEAL_MS,
  )
  await stack.api.runner.send.mutate({ id: witness, text: STUBBORN, enter: true })
  const quotas = watchQuotas(database.pool)
  const { audit } = await readInstallationKeys(homePaths(stack.home))
  const killed: Part[] = []
  let load = startLoad(project.name)
  for (const [index, parts] of planKills().entries()) {
    try {
      for (const part of parts) {
        // Somewhere in the middle of the work that goes on.
        await new Promise((resolve) => setTimeout(resolve, Math.floor(random() * 300)))
        const pid = pidOf(part)
        signal(pid, 'SIGKILL')
        // Until it is gone, everything still looks well.
        await waitUntil(`${part} is dead`, () => !isAlive(pid), HEAL_MS)
        killed.push(part)
      }
      await healed()
      await load.stop()
      for (const [key, id] of load.launched) {
        const again = await stack.api.runner.launch.mutate({
          project: project.name,
          provider: 'shell',
          idempotencyKey: key,
        })
        expect(again.id).toBe(id)
      }
      await waitUntil(
        'nothing is on its way',
        async () => {
          const sql = `SELECT 1 FROM runners WHERE status IN ('starting', 'stopping', 'lost')`
          return (await database.pool.query(sql)).rowCount === 0
        },
        HEAL_MS,
      )
      await waitUntil('O7 holds', () => requireHealth(stack).then(() => true), HEAL_MS)
      await requireDeliveredEvents(database.pool)
      await requireCompleteEvents(database.pool)
      await requireProcessesAsInRows(database.pool)
      await requireWholeAuditChain(database.pool, audit)
      await waitUntil('no process is left over', () => requireNoStrays(database.pool, stack).then(() => true), HEAL_MS)
    } catch (cause) {
      throw new Error(`FAULT_SEED=${seed}, kill ${index + 1} (${killed.join(', ')})`, { cause })
    }
    load = startLoad(project.name)
  }
  await load.stop()
  await quotas.stop()
  const { status } = await stack.api.runner.get.query({ id: witness })
  expect(status).toBe(killed.includes('agent') ? 'failed' : 'running')
}, 400_000)

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createProject, launchRunning, typeLine, untilScreen } from '../tests/support/launch'
import { residentMb } from '../tests/support/resident-memory'
import type { Stack } from '../tests/support/stack'
import { waitUntil } from '../tests/support/wait-until'
import { agentProcesses } from './agent-processes'
import { openBenchTerminal } from './bench-terminal'
import { type Figure, spread } from './statistics'

const RUNNERS = 40
const ATTACHES = 20
/** Of history, in the screen that a re-attach gets. */
const LINES = 1_000
/** A screen that nobody uses is put away after a minute; the next look for such comes within a quarter of that. */
const PARKED_MS = 120_000

/** From asking for a ticket to the first screen, of one runner after the other. */
async function attachTimes(stack: Stack, ids: readonly string[]): Promise<number[]> {
  const times: number[] = []
  for (let i = 0; i < ATTACHES; i += 1) {
    const at = performance.now()
    const terminal = openBenchTerminal(stack, ids[i % ids.length] ?? '')
    await terminal.drawn
    times.push(performance.now() - at)
    terminal.close()
  }
  return times
}

/** Whoever asks for a screen takes it out again: this reads what the observer wrote, and asks nobody. */
const untilParked = (stack: Stack, ids: readonly string[]): Promise<boolean> =>
  waitUntil(
    'all screens are put away',
    () => {
      const lines = readFileSync(join(stack.home, 'logs/agent.log'), 'utf8').split('\n')
      return ids.every((id) => lines.some((line) => line.includes(id) && line.includes('put away')))
    },
    PARKED_MS,
  )

/** What one more idle runner costs the agent and the daemon, and how long a re-attach takes. */
export async function measureMemory(stack: Stack): Promise<Figure[]> {
  const project = await createProject(stack, { runnerQuota: RUNNERS })
  const { agents, daemon } = await stack.pids()
  const agentMemory = () => agentProcesses(agents[0] ?? 0).reduce((sum, pid) => sum + residentMb(pid), 0)
  const before = { agent: agentMemory(), daemon: residentMb(daemon ?? 0) }
  const runners = []
  for (let i = 0; i < RUNNERS; i += 1) {
    runners.push(await launchRunning(stack, { project: project.name, provider: 'shell' }))
  }
  const after = { agent: agentMemory(), daemon: residentMb(daemon ?? 0) }

  const ids = runners.map(({ id }) => id)
  const attach = await attachTimes(stack, ids)
  const [long = ''] = ids
  await typeLine(stack, long, `seq ${2 * LINES}; echo wri""tten`)
  await untilScreen(stack, long, /^written$/m)
  const attachLong = await attachTimes(stack, [long])
  await untilParked(stack, ids)
  const parked = agentMemory()
  for (const { id } of runners) await stack.api.runner.stop.mutate({ id, force: true })
  return [
    { name: `agent and observer, with ${RUNNERS} runners`, unit: 'MB', value: after.agent },
    { name: 'agent and observer, per runner', unit: 'MB', value: (after.agent - before.agent) / RUNNERS },
    { name: 'the same once their screens are put away', unit: 'MB', value: (parked - before.agent) / RUNNERS },
    { name: 'daemon', unit: 'MB', value: after.daemon },
    { name: 'daemon, per runner', unit: 'MB', value: (after.daemon - before.daemon) / RUNNERS },
    ...spread('attach to first frame, ticket included', attach, 0.95),
    ...spread(`the same with ${LINES} lines of history`, attachLong, 0.95),
  ]
}

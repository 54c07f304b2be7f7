import { createProject, launchRunning, typeLine } from '../tests/support/launch'
import { residentMb } from '../tests/support/resident-memory'
import type { Stack } from '../tests/support/stack'
import { agentProcesses } from './agent-processes'
import { measureBareMemory } from './bare-memory'
import { openBenchTerminal } from './bench-terminal'
import { cpuMs } from './cpu-time'
import { shows } from './listeners'
import { besideFrozen, FROZEN_BYTES_PER_SECOND, grownWhileFrozen, perViewer, VIEWERS } from './server-memory'
import type { Figure } from './statistics'

const SHARED_MB = 2

/** The servers of a stack: what viewers may cost; and all of it, the agent and its observer too. */
async function servers(stack: Stack, all = false): Promise<{ mb(): number; cpu(): number }> {
  const { web, daemon, agents } = await stack.pids()
  const pids = [web ?? 0, daemon ?? 0, ...(all ? agentProcesses(agents[0] ?? 0) : [])]
  const sum = (of: (pid: number) => number) => pids.reduce((total, pid) => total + of(pid), 0)
  return { mb: () => sum(residentMb), cpu: () => sum(cpuMs) }
}

/** Output that `count` viewers watch: CPU of daemon and web for it, and the time until the last of them has it all. */
async function shared(stack: Stack, runnerId: string, count: number) {
  const { mb, cpu } = await servers(stack)
  const before = mb()
  const terminals = Array.from({ length: count }, () => openBenchTerminal(stack, runnerId))
  await Promise.all(terminals.map((terminal) => terminal.drawn))
  const attached = mb()
  const [cpuBefore, at] = [cpu(), performance.now()]
  const seen = Promise.all(terminals.map((terminal) => shows(terminal, 'DONE')))
  const lines = (SHARED_MB * 1024 * 1024) / 100
  // Any of them may be the driver.
  await typeLine(stack, runnerId, `yes ${'x'.repeat(98)} | head -${Math.round(lines)}; echo DO""NE`)
  await seen
  const figures = { mb: attached - before, cpu: cpu() - cpuBefore, ms: performance.now() - at }
  for (const terminal of terminals) terminal.close()
  return figures
}

/** What many viewers of one runner cost, and one that has frozen in a flood. */
export async function measureViewers(stack: Stack): Promise<Figure[]> {
  const project = await createProject(stack)
  const runner = await launchRunning(stack, { project: project.name, provider: 'shell' })
  const { mb } = await servers(stack, true)
  // The first of everything costs what no later one does.
  await shared(stack, runner.id, 10)
  const one = await shared(stack, runner.id, 1)
  const many = await shared(stack, runner.id, VIEWERS)

  const frozen = openBenchTerminal(stack, runner.id, { bytesPerSecond: FROZEN_BYTES_PER_SECOND })
  await frozen.drawn
  const healthy = openBenchTerminal(stack, runner.id)
  await healthy.drawn
  const grown = await grownWhileFrozen(mb, async () => void (await typeLine(stack, runner.id, 'yes')))
  frozen.close()
  healthy.close()
  await stack.api.runner.stop.mutate({ id: runner.id, force: true })
  return [
    { name: 'daemon and web, for 1 viewer', unit: 'MB', value: one.mb },
    perViewer('daemon and web', many.mb),
    { name: `${SHARED_MB} MB to 1 viewer: until it has it`, unit: 'ms', value: one.ms },
    { name: `${SHARED_MB} MB to ${VIEWERS} viewers: until the last has it`, unit: 'ms', value: many.ms },
    { name: `CPU of daemon and web for ${VIEWERS} viewers, of that for 1`, unit: '×', value: many.cpu / one.cpu },
    besideFrozen('daemon, web, agent and observer', grown),
    ...(await measureBareMemory()),
  ]
}

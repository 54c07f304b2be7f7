import { readdirSync, readFileSync } from 'node:fs'
import { createProject, launchRunning } from '../tests/support/launch'
import { residentMb } from '../tests/support/resident-memory'
import type { Stack } from '../tests/support/stack'
import { openBenchTerminal } from './bench-terminal'
import { type Figure, spread } from './statistics'

const RUNNERS = 40
const ATTACHES = 20

/** The agent and its observer, without the runners' own processes. */
function agentProcesses(agentPid: number): number[] {
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
        const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
        return parent === agentPid && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('observer.mjs')
      } catch {
        return false // It ended while we looked.
      }
    })
  return [agentPid, ...children]
}

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

  const attach: number[] = []
  for (let i = 0; i < ATTACHES; i += 1) {
    const at = performance.now()
    const terminal = openBenchTerminal(stack, runners[i % runners.length]?.id ?? '')
    await terminal.drawn
    attach.push(performance.now() - at)
    terminal.close()
  }
  for (const { id } of runners) await stack.api.runner.stop.mutate({ id, force: true })
  return [
    { name: `agent and observer, with ${RUNNERS} runners`, unit: 'MB', value: after.agent },
    { name: 'agent and observer, per runner', unit: 'MB', value: (after.agent - before.agent) / RUNNERS },
    { name: 'daemon', unit: 'MB', value: after.daemon },
    { name: 'daemon, per runner', unit: 'MB', value: (after.daemon - before.daemon) / RUNNERS },
    ...spread('attach to first frame, ticket included', attach, 0.95),
  ]
}

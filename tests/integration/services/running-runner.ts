import { randomUUID } from 'node:crypto'
import { launchRunner } from '@/server/services/runner/launch-runner'
import { recordRunning } from '@/server/services/runner/record-running'
import { recordVitals } from '@/server/services/vitals/record-vitals'
import { createFakeAgents, type FakeAgents } from './fake-agents'
import { launchOf, type ServiceTest } from './service-test'

/** An agent that is connected and in the database, and runners that it holds. */
export interface RunningRunners {
  agents: FakeAgents
  /** A runner of the project that runs. */
  run(project: string): Promise<string>
  activity(runnerId: string, activity: 'idle' | 'working' | 'waiting_permission'): Promise<void>
}

export async function createRunningRunners(test: ServiceTest): Promise<RunningRunners> {
  const [node] = await test.query<{ id: string }>('SELECT id FROM nodes LIMIT 1')
  if (!node) throw new Error('the installation has no node')
  const agentId = randomUUID()
  await test.query(
    `INSERT INTO agents (id, node_id, pid, pid_start_ticks, boot_id, version, protocol, started_at, last_seen_at)
     VALUES ($1, $2, 1, 1, 'boot', '0', 2, now(), now())`,
    [agentId, node.id],
  )
  const agents = createFakeAgents()
  agents.agent = { agentId, nodeId: node.id }
  const process = { pid: 1234, startTicks: 1, bootId: 'boot' }
  let seq = 0
  return {
    agents,
    run: async (project) => {
      const { id, epoch } = await launchRunner(test.ctx, launchOf(project))
      await recordRunning(test.ctx, { runnerId: id, epoch, agentId, state: 'running', process })
      return id
    },
    activity: (runnerId, activity) => {
      seq += 1
      const report = { runnerId, nodeId: node.id, epoch: 1, seq, cpuPercent: 0, memoryBytes: 0, activity }
      return recordVitals(test.ctx, [report])
    },
  }
}

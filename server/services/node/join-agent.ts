import type { JoinRequest } from '@/contracts/agent-protocol/messages'
import { StratavoreError } from '../../core/errors'
import { withTransaction } from '../../db/database'
import { requireFence } from '../../outbox/require-fence'
import { recordChange } from '../audit/record-change'
import type { ServiceContext } from '../service-context'

type AgentContext = Pick<ServiceContext, 'db' | 'clock' | 'actor' | 'requestId' | 'keys' | 'fence'>

/**
 * Records that an agent process has (re)connected. One agent serves a node at a time and refuses to start beside a
 * living one, so an unconnected other process of the same node is dead. Throws `forbidden` for another node's process.
 */
export async function joinAgent(
  ctx: AgentContext,
  { nodeId, protocol }: { nodeId: string; protocol: number },
  join: JoinRequest,
): Promise<void> {
  const now = ctx.clock.now()
  await withTransaction(ctx.db, async (tx) => {
    const earlier = await tx.agent.findUnique({ where: { id: join.instanceId }, select: { nodeId: true } })
    if (earlier && earlier.nodeId !== nodeId)
      throw new StratavoreError('forbidden', 'this agent process is of another node')
    const facts = {
      pid: join.process.pid,
      pidStartTicks: BigInt(join.process.startTicks),
      bootId: join.process.bootId,
      version: join.version,
      protocol,
      connected: true,
      connectedAt: now,
      disconnectedAt: null,
      lastSeenAt: now,
      goneAt: null,
    }
    await tx.agent.updateMany({
      where: { nodeId, id: { not: join.instanceId }, goneAt: null },
      data: { goneAt: now, connected: false },
    })
    await tx.agent.upsert({
      where: { id: join.instanceId },
      create: { id: join.instanceId, nodeId, startedAt: new Date(join.startedAt), ...facts },
      update: facts,
    })
    const node = await tx.node.update({
      where: { id: nodeId },
      data: {
        hostname: join.node.hostname,
        platform: join.node.platform,
        arch: join.node.arch,
        cpuCount: join.node.cpuCount,
        memoryBytes: BigInt(Math.round(join.node.memoryBytes)),
        providers: join.providers,
        lastSeenAt: now,
        lostAt: null,
      },
    })
    const subject = { type: 'node', id: nodeId }
    const data = { node: node.name, agentId: join.instanceId, pid: join.process.pid, runners: join.runners.length }
    await recordChange(ctx, tx, { action: 'node.join', target: subject, data }, [
      { type: 'node.joined', subject, project: null, data },
    ])
  })
}

/** Corrects which agents count as connected, after a time in which nothing could be written. */
export async function recordConnectedAgents(ctx: AgentContext, connected: readonly string[]): Promise<void> {
  await withTransaction(ctx.db, async (tx) => {
    await requireFence(tx, ctx.fence)
    await tx.agent.updateMany({
      where: { connected: true, id: { notIn: [...connected] } },
      data: { connected: false, disconnectedAt: ctx.clock.now() },
    })
  })
}

/** Records that an agent's connection is gone. Its runners go on; only `gone` (known dead) ends them. */
export async function recordAgentDisconnected(
  ctx: AgentContext,
  agentId: string,
  state: 'unreachable' | 'gone',
): Promise<void> {
  const now = ctx.clock.now()
  await withTransaction(ctx.db, async (tx) => {
    const agent = await tx.agent.findUnique({ where: { id: agentId }, include: { node: true } })
    if (!agent || agent.goneAt) return
    await tx.agent.update({
      where: { id: agentId },
      data: {
        connected: false,
        disconnectedAt: agent.disconnectedAt ?? now,
        goneAt: state === 'gone' ? now : null,
      },
    })
    const subject = { type: 'node', id: agent.nodeId }
    const data = { node: agent.node.name, agentId, state }
    await recordChange(ctx, tx, { action: 'node.offline', target: subject, data }, [
      { type: 'node.offline', subject, project: null, data },
    ])
  })
}

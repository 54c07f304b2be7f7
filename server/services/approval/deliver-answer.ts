import type { Ack } from '@/contracts/agent-protocol/messages'
import { type ApprovalAnswer, approvalAnswer } from '@/contracts/approval/approval'
import { StratavoreError } from '../../core/errors'
import type { AgentCommands } from '../../core/ports/agent-commands'
import { heldText } from '../secret/hold-text'
import { answerContext } from '../secret/sealed-values'
import type { ApprovalContext } from './approval-context'
import { closeApproval } from './close-approval'

/** Answers looked at in one round; the next round is near. */
const MAX_ANSWERS = 500

/** An answer on its way to its program. */
export interface UndeliveredAnswer {
  id: string
  runnerId: string
  epoch: number
  agentId: string
  answer: ApprovalAnswer
}

/** Answers given here that their programs do not have yet, where the agent that holds the question is connected. */
export async function findUndelivered(
  ctx: Pick<ApprovalContext, 'db' | 'keys'>,
  agents: Pick<AgentCommands, 'connected'>,
): Promise<UndeliveredAnswer[]> {
  const connected = agents.connected().map((agent) => agent.agentId)
  if (connected.length === 0) return []
  const rows = await ctx.db.prisma.approval.findMany({
    where: { state: 'answered', runner: { agentId: { in: connected } } },
    orderBy: { answeredAt: 'asc' },
    take: MAX_ANSWERS,
    include: { runner: { select: { agentId: true } } },
  })
  const whole = (row: (typeof rows)[number]) =>
    row.answerSealed === null ? row.answer : JSON.parse(heldText(ctx, answerContext(row.id), '', row.answerSealed))
  return rows.flatMap((row) => {
    const { id, runnerId, epoch, runner } = row
    return runner.agentId === null
      ? []
      : [{ id, runnerId, epoch, agentId: runner.agentId, answer: approvalAnswer.parse(whole(row)) }]
  })
}

/** What an agent's reply says became of the question; null: nothing yet, ask again. Pure. */
export function judgeReply(answer: ApprovalAnswer, reply: Ack): 'allowed' | 'denied' | 'elsewhere' | 'ended' | null {
  if (reply.ok) return answer.behavior === 'allow' ? 'allowed' : 'denied'
  if (reply.code === 'not_found') return 'elsewhere'
  return reply.code === 'stale_epoch' || reply.code === 'not_running' ? 'ended' : null
}

/**
 * Hands an answer to the agent that holds the question and records what became of it. Throws when that is not known
 * yet: asked again, the agent answers the same.
 */
export async function deliverAnswer(
  ctx: ApprovalContext,
  agents: Pick<AgentCommands, 'answerApproval'>,
  { id, runnerId, epoch, agentId, answer }: UndeliveredAnswer,
): Promise<void> {
  const reply = await agents.answerApproval(agentId, { runnerId, epoch, approvalId: id, answer })
  const outcome = judgeReply(answer, reply)
  if (outcome === null) throw new StratavoreError('unavailable', reply.ok ? 'no outcome' : reply.error)
  await closeApproval(ctx, { runnerId, epoch, approvalId: id, outcome })
}

import { StratavoreError } from '../../core/errors'
import type { AgentCommands } from '../../core/ports/agent-commands'
import { withTransaction } from '../../db/database'
import { recordChange } from '../audit/record-change'
import { describeExhausted, raiseCommand } from '../budget/budget-exhausted'
import { concernsRunner, type ExhaustedBudget, readExhausted, readExhaustedOf } from '../budget/exhausted-budgets'
import { findAndLockRunner } from '../runner/lock-runner'
import { heldText } from '../secret/hold-text'
import { promptContext } from '../secret/sealed-values'
import { closePrompt } from './close-prompt'
import { judgeQueue, type QueuedRunner } from './judge-queue'
import { judgeTyped } from './judge-typed'
import type { PromptContext } from './prompt-context'

/** Runners looked at in one round; the next round is near. */
const MAX_RUNNERS = 500

/** The first prompt of a runner's queue, or one that an earlier daemon was sending. */
export interface NextPrompt {
  id: string
  runnerId: string
  agentId: string
  state: 'queued' | 'sending'
  /** From when on it may be typed, milliseconds from now: 0 for now, null for when something changes. */
  dueInMs: number | null
}

interface NextRow extends Omit<QueuedRunner, 'asks'> {
  id: string
  runnerId: string
  agentId: string
  state: 'queued' | 'sending'
  asks: boolean
  projectId: string
  error: string | null
}

/** Why a prompt waits although its runner is idle: what it does would be refused. Null: nothing holds it. */
function heldBy(budgets: readonly ExhaustedBudget[]): string | null {
  const budget = budgets.find(({ policy }) => policy === 'deny-tools')
  return budget ? `It waits: ${describeExhausted(budget)} Raise it: ${raiseCommand(budget)}` : null
}

/** The next prompt of each runner whose agent is connected, with when it is due. */
export async function findNextPrompts(
  ctx: Pick<PromptContext, 'db' | 'clock'>,
  agents: Pick<AgentCommands, 'connected'>,
): Promise<NextPrompt[]> {
  const connected = agents.connected().map((agent) => agent.agentId)
  if (connected.length === 0) return []
  const rows = await ctx.db.prisma.$queryRaw<NextRow[]>`
    SELECT DISTINCT ON (p.runner_id) p.id, p.runner_id AS "runnerId", r.agent_id AS "agentId", p.state::text AS state,
           r.status::text AS status, r.desired::text AS desired, r.activity::text AS activity,
           r.activity_since AS "activitySince", r.project_id AS "projectId", p.error,
           EXISTS (SELECT 1 FROM approvals a WHERE a.runner_id = r.id AND a.state IN ('pending', 'answered')) AS asks,
           (SELECT max(sent_at) FROM runner_prompts s WHERE s.runner_id = r.id) AS "lastSentAt",
           (SELECT max(closed_at) FROM runner_prompts s WHERE s.runner_id = r.id AND s.sent_at IS NOT NULL)
             AS "lastClosedAt"
      FROM runner_prompts p JOIN runners r ON r.id = p.runner_id
     WHERE p.state IN ('queued', 'sending') AND r.agent_id = ANY (${connected}::uuid[])
     ORDER BY p.runner_id, p.state = 'sending' DESC, p.seq LIMIT ${MAX_RUNNERS}`
  const now = ctx.clock.now()
  const exhausted = rows.length === 0 ? [] : await readExhausted(ctx.db.prisma, now)
  return rows.map(({ id, runnerId, agentId, state, projectId, error, ...runner }) => {
    const held = heldBy(exhausted.filter((budget) => concernsRunner(budget, { id: runnerId, projectId })))
    // Held, it is due once: to say so.
    if (state === 'queued' && held !== null) return { id, runnerId, agentId, state, dueInMs: error === held ? null : 0 }
    const verdict = state === 'sending' ? 'send' : judgeQueue(runner, now)
    return { id, runnerId, agentId, state, dueInMs: verdict === 'send' ? 0 : (verdict?.lookInMs ?? null) }
  })
}

/** Takes a prompt out of its queue, if nothing has changed since it was found. Returns what to type; null: nothing. */
async function claim(ctx: PromptContext, next: NextPrompt): Promise<{ epoch: number; text: string } | null> {
  return withTransaction(ctx.db, async (tx) => {
    const runner = await findAndLockRunner(tx, next.runnerId)
    if (!runner) return null
    if (next.state === 'queued') {
      const held = heldBy(await readExhaustedOf(tx, runner, ctx.clock.now()))
      if (held !== null) {
        await tx.runnerPrompt.updateMany({ where: { id: next.id, state: 'queued' }, data: { error: held } })
        return null
      }
    }
    if (runner.status !== 'running') return null
    const { count } = await tx.runnerPrompt.updateMany({
      where: { id: next.id, state: next.state },
      data: { state: 'sending', error: null, ...(next.state === 'queued' ? { sentAt: ctx.clock.now() } : {}) },
    })
    if (count === 0) return null
    const row = await tx.runnerPrompt.findUniqueOrThrow({ where: { id: next.id } })
    // Only for its fence: a daemon that no longer leads must not type.
    await recordChange(ctx, tx, null, [])
    return { epoch: runner.epoch, text: heldText(ctx, promptContext(row.id), row.text, row.textSealed) }
  })
}

/**
 * Types the next prompt of a runner and records what became of it. Throws while that is not known: asked again with the
 * same prompt, the agent types nothing twice and answers the same.
 */
export async function sendPrompt(
  ctx: PromptContext,
  agents: Pick<AgentCommands, 'typePrompt'>,
  next: NextPrompt,
): Promise<void> {
  const claimed = await claim(ctx, next)
  if (claimed === null) return
  const { id, runnerId, agentId } = next
  const outcome = judgeTyped(await agents.typePrompt(agentId, { runnerId, promptId: id, ...claimed }))
  if (outcome !== 'requeue') return closePrompt(ctx, id, outcome)
  await ctx.db.prisma.runnerPrompt.updateMany({
    where: { id, state: 'sending' },
    data: { state: 'queued', sentAt: null },
  })
  throw new StratavoreError('unavailable', 'The program is not ready for a prompt.')
}

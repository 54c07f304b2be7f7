import type { Tx } from '../../db/database'
import { Prisma } from '../../db/generated/client'
import type { NewEvent } from '../../outbox/append'
import { countSpend } from '../budget/count-spend'
import type { ServiceContext } from '../service-context'
import { BINDING_SLACK } from './read-places'

type ClaimContext = Pick<ServiceContext, 'clock'>

interface ClaimedRow {
  at: Date
  tokens: bigint
  costUsd: Prisma.Decimal | null
}

const CLAIMED = Prisma.sql`
  at, cost_usd AS "costUsd",
  input_tokens + output_tokens + cache_read_tokens + cache_write_5m_tokens + cache_write_1h_tokens AS tokens`

/** What a runner has had open, and when. */
export interface RunnerClaim {
  runnerId: string
  projectId: string
  sessionId: string
  since: Date
  /** Null: still. */
  until: Date | null
}

/**
 * Gives a runner what its session has used since it has it and what is no runner's yet: a transcript may be read before
 * anybody knows whose session it is. Its totals and its budgets get it; all others have it already. Returns the events to
 * append. The caller has `lockLedger`.
 */
export async function claimForRunner(ctx: ClaimContext, tx: Tx, claim: RunnerClaim): Promise<NewEvent[]> {
  const { runnerId, projectId, sessionId, since, until } = claim
  const claimed = await tx.$queryRaw<ClaimedRow[]>`
    UPDATE usage_entries SET runner_id = ${runnerId}::uuid
     WHERE session_id = ${sessionId}::uuid AND runner_id IS NULL AND at >= ${since}::timestamptz - ${BINDING_SLACK}::interval
       AND (${until}::timestamptz IS NULL OR at <= ${until}::timestamptz + ${BINDING_SLACK}::interval)
    RETURNING ${CLAIMED}`
  if (claimed.length === 0) return []
  const tokens = claimed.reduce((sum, row) => sum + row.tokens, 0n)
  const usd = Prisma.Decimal.sum(0, ...claimed.map(({ costUsd }) => costUsd ?? 0))
  await tx.$executeRaw`
    UPDATE runners SET tokens_used = tokens_used + ${tokens}, cost_usd = cost_usd + ${usd} WHERE id = ${runnerId}::uuid`
  const crossed = await count(ctx, tx, claimed, { runnerId, projectId: null, only: 'runner' })
  return [...crossed, ...(await claimForProject(ctx, tx, { sessionId, projectId, runnerId }))]
}

/**
 * Gives a project what was used in a session, or by one runner in it, before it was known that it is the project's. Its
 * budgets get it; all others have it already. Returns the events to append. The caller has `lockLedger`.
 */
export async function claimForProject(
  ctx: ClaimContext,
  tx: Tx,
  { sessionId, projectId, runnerId = null }: { sessionId: string; projectId: string; runnerId?: string | null },
): Promise<NewEvent[]> {
  const claimed = await tx.$queryRaw<ClaimedRow[]>`
    UPDATE usage_entries SET project_id = ${projectId}::uuid
     WHERE session_id = ${sessionId}::uuid AND project_id IS NULL
       AND (${runnerId}::uuid IS NULL OR runner_id = ${runnerId}::uuid)
    RETURNING ${CLAIMED}`
  return count(ctx, tx, claimed, { runnerId: null, projectId, only: 'project' })
}

const count = (
  ctx: ClaimContext,
  tx: Tx,
  claimed: readonly ClaimedRow[],
  whose: { runnerId: string | null; projectId: string | null; only: 'runner' | 'project' },
): Promise<NewEvent[]> =>
  countSpend(
    ctx,
    tx,
    claimed.map(({ at, tokens, costUsd }) => ({ at, tokens: Number(tokens), costUsd, ...whose })),
  )

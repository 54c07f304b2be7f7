import type { UsageRecord } from '@/contracts/agent-protocol/transcript'
import type { ProviderId } from '@/contracts/provider/provider'
import { isEnded } from '@/contracts/runner/status'
import type { TokenCounts } from '@/contracts/usage/tokens'
import type { Tx } from '../../db/database'
import { Prisma } from '../../db/generated/client'
import { lockKey } from '../../db/locks'
import { addTotals } from './add-totals'
import { isSameUsage, type LedgerUsage, mergeUsage, type UsageTeller } from './merge-usage'
import type { PriceTable } from './price-table'
import { readPlaces, type UsagePlace } from './read-places'
import type { UsageContext } from './usage-context'

/** A runner whose program tells, and where it belongs. */
export interface TellingRunner {
  id: string
  projectId: string
}

/** What a teller on a node tells of requests. */
export interface UsageTelling {
  nodeId: string
  provider: ProviderId
  teller: UsageTeller
  records: readonly UsageRecord[]
  /** The runner that says so, where one does: of what is another's it may not. */
  runner?: TellingRunner | undefined
  /** Hears of the sessions of which it was not heard. */
  onForeign?: ((sessionIds: readonly string[]) => void) | undefined
}

/** What one request came to by a telling: the ledger's row, and what it has more than before. */
export interface UsageChange {
  place: UsagePlace
  usage: LedgerUsage
  costUsd: Prisma.Decimal | null
  isNew: boolean
  /** More than before; less where a transcript corrects telemetry. */
  more: TokenCounts
  moreUsd: Prisma.Decimal
}

const NONE: TokenCounts = { input: 0, output: 0, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0 }

const minus = (a: TokenCounts, b: TokenCounts): TokenCounts => ({
  input: a.input - b.input,
  output: a.output - b.output,
  cacheRead: a.cacheRead - b.cacheRead,
  cacheWrite5m: a.cacheWrite5m - b.cacheWrite5m,
  cacheWrite1h: a.cacheWrite1h - b.cacheWrite1h,
})

const requestKey = (record: UsageRecord): string => record.requestId ?? `msg:${record.messageId}`

/**
 * Lets one transaction at a time write the ledger, so that what is added to totals is exactly what its rows grew by. To be
 * taken before any row of a runner or a session; runners before sessions, as everywhere.
 */
export const lockLedger = (tx: Tx): Promise<void> => lockKey(tx, 'usage-ledger')

/**
 * Brings what a teller says into the ledger, in the caller's transaction: requests, totals of sessions and runners. Told
 * again it changes nothing. The caller has `lockLedger`, and sessions must be there. Returns what changed.
 */
export async function writeUsage(ctx: UsageContext, tx: Tx, telling: UsageTelling): Promise<UsageChange[]> {
  const { records, provider, teller } = telling
  if (records.length === 0) return []
  const told = new Map<string, UsageRecord[]>()
  for (const record of records) {
    const key = requestKey(record)
    told.set(key, [...(told.get(key) ?? []), record])
  }
  const asked = [...told].flatMap(([key, [first]]) =>
    first === undefined
      ? []
      : [{ requestKey: key, providerSessionId: first.providerSessionId, at: new Date(first.at) }],
  )
  const found = await readPlaces(tx, provider, asked)
  const { runner } = telling
  const places = runner === undefined ? found : found.filter((place) => mayTell(runner, place))
  if (places.length < found.length) {
    const heard = new Set(places)
    telling.onForeign?.([...new Set(found.flatMap((place) => (heard.has(place) ? [] : [place.sessionId])))])
  }
  const changes = places.flatMap((place) => changeOf(ctx.prices, place, told.get(place.requestKey) ?? [], teller) ?? [])
  if (changes.length === 0) return []
  await upsert(ctx, tx, telling, changes)
  await addTotals(tx, changes)
  return changes
}

/**
 * Whether a runner may say what a request used: one that would count for itself, or for nobody in its own project. Its
 * program chooses which session it names, and what it says would be spent of the other's budgets.
 */
const mayTell = (runner: TellingRunner, { runnerId, runnerStatus, projectId }: UsagePlace): boolean =>
  runnerId === runner.id ||
  ((projectId === null || projectId === runner.projectId) && (runnerStatus === null || isEnded(runnerStatus)))

function changeOf(
  prices: PriceTable,
  place: UsagePlace,
  records: readonly UsageRecord[],
  teller: UsageTeller,
): UsageChange | null {
  const { before } = place
  let usage: LedgerUsage | null = before
  for (const { messageId, subagentId, model, tokens, at } of records) {
    usage = mergeUsage(usage, { messageId, subagentId, model, tokens, at: new Date(at) }, teller)
  }
  if (usage === null) return null
  const gotRunner = before !== null && before.runnerId === null && place.runnerId !== null
  const gotProject = before !== null && before.projectId === null && place.projectId !== null
  if (before !== null && isSameUsage(before, usage) && !gotRunner && !gotProject) return null
  const costUsd = prices.costOf(usage.model, usage.at, usage.tokens)
  const moreUsd = (costUsd ?? new Prisma.Decimal(0)).sub(before?.costUsd ?? 0)
  return { place, usage, costUsd, isNew: before === null, more: minus(usage.tokens, before?.tokens ?? NONE), moreUsd }
}

async function upsert(
  ctx: UsageContext,
  tx: Tx,
  { provider, nodeId }: UsageTelling,
  changes: readonly UsageChange[],
): Promise<void> {
  const column = <T>(of: (change: UsageChange) => T): T[] => changes.map(of)
  const source = ({ usage }: UsageChange): string =>
    usage.transcriptTokens === null ? 'telemetry' : usage.telemetryTokens === null ? 'transcript' : 'both'
  await tx.$executeRaw`
    INSERT INTO usage_entries (provider, request_key, message_id, session_id, subagent_id, runner_id, project_id, node_id,
                               model, at, input_tokens, output_tokens, cache_read_tokens, cache_write_5m_tokens,
                               cache_write_1h_tokens, cost_usd, source, transcript_tokens, telemetry_tokens, recorded_at)
    SELECT ${provider}::provider, t.request_key, t.message_id, t.session_id, t.subagent_id, t.runner_id, t.project_id,
           ${nodeId}::uuid, t.model, t.at, t.input, t.output, t.cache_read, t.cache_write_5m, t.cache_write_1h, t.cost_usd,
           t.source::usage_source, t.transcript_tokens, t.telemetry_tokens, ${ctx.clock.now()}
      FROM unnest(${column(({ place }) => place.requestKey)}::text[], ${column(({ usage }) => usage.messageId)}::text[],
                  ${column(({ place }) => place.sessionId)}::uuid[], ${column(({ usage }) => usage.subagentId)}::text[],
                  ${column(({ place }) => place.runnerId)}::uuid[], ${column(({ place }) => place.projectId)}::uuid[],
                  ${column(({ usage }) => usage.model)}::text[], ${column(({ usage }) => usage.at)}::timestamptz[],
                  ${column(({ usage }) => usage.tokens.input)}::bigint[],
                  ${column(({ usage }) => usage.tokens.output)}::bigint[],
                  ${column(({ usage }) => usage.tokens.cacheRead)}::bigint[],
                  ${column(({ usage }) => usage.tokens.cacheWrite5m)}::bigint[],
                  ${column(({ usage }) => usage.tokens.cacheWrite1h)}::bigint[],
                  ${column(({ costUsd }) => costUsd?.toFixed() ?? null)}::numeric[], ${column(source)}::text[],
                  ${column(({ usage }) => usage.transcriptTokens)}::bigint[],
                  ${column(({ usage }) => usage.telemetryTokens)}::bigint[])
           AS t (request_key, message_id, session_id, subagent_id, runner_id, project_id, model, at, input, output,
                 cache_read, cache_write_5m, cache_write_1h, cost_usd, source, transcript_tokens, telemetry_tokens)
    ON CONFLICT (provider, request_key) DO UPDATE SET
           message_id = EXCLUDED.message_id, subagent_id = EXCLUDED.subagent_id, runner_id = EXCLUDED.runner_id,
           project_id = EXCLUDED.project_id, model = EXCLUDED.model, at = EXCLUDED.at,
           input_tokens = EXCLUDED.input_tokens, output_tokens = EXCLUDED.output_tokens,
           cache_read_tokens = EXCLUDED.cache_read_tokens, cache_write_5m_tokens = EXCLUDED.cache_write_5m_tokens,
           cache_write_1h_tokens = EXCLUDED.cache_write_1h_tokens, cost_usd = EXCLUDED.cost_usd,
           source = EXCLUDED.source, transcript_tokens = EXCLUDED.transcript_tokens,
           telemetry_tokens = EXCLUDED.telemetry_tokens`
}

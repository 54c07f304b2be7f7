import type { ProviderId } from '@/contracts/provider/provider'
import type { RunnerStatus } from '@/contracts/runner/status'
import type { Tx } from '../../db/database'
import type { Prisma } from '../../db/generated/client'
import type { LedgerUsage } from './merge-usage'

/** A told request, as far as finding its place needs it. */
export interface ToldPlace {
  requestKey: string
  providerSessionId: string
  at: Date
}

/** Whose a request is, and what the ledger has of it already. */
export interface UsagePlace {
  requestKey: string
  sessionId: string
  projectId: string | null
  project: string | null
  runnerId: string | null
  runnerStatus: RunnerStatus | null
  before: (LedgerUsage & { costUsd: Prisma.Decimal | null; runnerId: string | null; projectId: string | null }) | null
}

/** The clocks of a node and of this machine, and a report on its way, may be this far apart. */
export const BINDING_SLACK = '5 seconds'

interface PlaceRow extends Omit<UsagePlace, 'before'> {
  entryId: bigint | null
  messageId: string | null
  subagentId: string | null
  model: string
  at: Date
  input: bigint
  output: bigint
  cacheRead: bigint
  cacheWrite5m: bigint
  cacheWrite1h: bigint
  transcriptTokens: bigint | null
  telemetryTokens: bigint | null
  costUsd: Prisma.Decimal | null
  beforeRunnerId: string | null
  beforeProjectId: string | null
}

const count = (value: bigint | null): number | null => (value === null ? null : Number(value))

const toPlace = (row: PlaceRow): UsagePlace => ({
  requestKey: row.requestKey,
  sessionId: row.sessionId,
  projectId: row.projectId,
  project: row.project,
  runnerId: row.runnerId,
  runnerStatus: row.runnerStatus,
  before:
    row.entryId === null
      ? null
      : {
          messageId: row.messageId,
          subagentId: row.subagentId,
          model: row.model,
          at: row.at,
          tokens: {
            input: Number(row.input),
            output: Number(row.output),
            cacheRead: Number(row.cacheRead),
            cacheWrite5m: Number(row.cacheWrite5m),
            cacheWrite1h: Number(row.cacheWrite1h),
          },
          transcriptTokens: count(row.transcriptTokens),
          telemetryTokens: count(row.telemetryTokens),
          costUsd: row.costUsd,
          runnerId: row.beforeRunnerId,
          projectId: row.beforeProjectId,
        },
})

/**
 * The place of each told request: what the ledger has stays where it is; a new one belongs to its session, and to the
 * runner that had the session open at that time. Sessions must be there.
 */
export async function readPlaces(tx: Tx, provider: ProviderId, told: readonly ToldPlace[]): Promise<UsagePlace[]> {
  const column = <K extends keyof ToldPlace>(name: K) => told.map((request) => request[name])
  const rows = await tx.$queryRaw<PlaceRow[]>`
    SELECT t.request_key AS "requestKey", s.id AS "sessionId", p.id AS "projectId", p.name AS project,
           r.id AS "runnerId", r.status::text AS "runnerStatus",
           u.id AS "entryId", u.message_id AS "messageId", u.subagent_id AS "subagentId", u.model, u.at,
           u.input_tokens AS input, u.output_tokens AS output, u.cache_read_tokens AS "cacheRead",
           u.cache_write_5m_tokens AS "cacheWrite5m", u.cache_write_1h_tokens AS "cacheWrite1h",
           u.transcript_tokens AS "transcriptTokens", u.telemetry_tokens AS "telemetryTokens", u.cost_usd AS "costUsd",
           u.runner_id AS "beforeRunnerId", u.project_id AS "beforeProjectId"
      FROM unnest(${column('requestKey')}::text[], ${column('providerSessionId')}::text[], ${column('at')}::timestamptz[])
           AS t (request_key, provider_session_id, at)
      LEFT JOIN usage_entries u ON u.provider = ${provider}::provider AND u.request_key = t.request_key
      JOIN sessions s ON CASE WHEN u.id IS NULL
             THEN s.provider = ${provider}::provider AND s.provider_session_id = t.provider_session_id
             ELSE s.id = u.session_id END
      LEFT JOIN LATERAL (
        SELECT b.runner_id FROM session_bindings b JOIN runners br ON br.id = b.runner_id
         WHERE b.session_id = s.id AND b.bound_at <= t.at + ${BINDING_SLACK}::interval
           AND (b.released_at IS NULL OR b.released_at >= t.at - ${BINDING_SLACK}::interval)
         -- Whose time it really was comes before whose slack it is in.
         -- Of two that cover it, as while one takes over from another, it is not the one that runs only later.
         ORDER BY (b.bound_at <= t.at AND (b.released_at IS NULL OR b.released_at >= t.at)) DESC,
                  (b.epoch > 1 OR br.started_at <= t.at) IS TRUE DESC, b.bound_at DESC
         LIMIT 1
      ) AS bound ON u.runner_id IS NULL
      LEFT JOIN runners r ON r.id = COALESCE(u.runner_id, bound.runner_id)
      LEFT JOIN projects p ON p.id = COALESCE(u.project_id, r.project_id, s.project_id)`
  return rows.map(toPlace)
}

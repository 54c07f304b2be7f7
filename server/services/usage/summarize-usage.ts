import type { z } from 'zod'
import type { UsageBy, UsageDrift, UsageSum, UsageSummary, usageSummaryInput } from '@/contracts/usage/summary'
import { visibleProjects } from '../../core/access/access'
import { Prisma } from '../../db/generated/client'
import { findProject } from '../project/find-project'
import { getRunner } from '../runner/get-runner'
import type { ServiceContext } from '../service-context'
import { loadPrices } from './load-prices'

/** Parts that one answer lists at most; sessions may be very many. */
const MAX_PARTS = 1_000

interface SumRow {
  requests: bigint
  input: Prisma.Decimal | null
  output: Prisma.Decimal | null
  cacheRead: Prisma.Decimal | null
  cacheWrite5m: Prisma.Decimal | null
  cacheWrite1h: Prisma.Decimal | null
  cost: Prisma.Decimal | null
  unpriced: bigint
  both: bigint
  drift: Prisma.Decimal | null
  transcript: Prisma.Decimal | null
  telemetry: Prisma.Decimal | null
  onlyTranscript: bigint
  onlyTelemetry: bigint
}
type PartRow = SumRow & { key: string | null; name: string | null }
type TotalRow = SumRow & { unpricedModels: string[] | null }

const SUMS = Prisma.sql`
  count(*) AS requests, sum(input_tokens) AS input, sum(output_tokens) AS output, sum(cache_read_tokens) AS "cacheRead",
  sum(cache_write_5m_tokens) AS "cacheWrite5m", sum(cache_write_1h_tokens) AS "cacheWrite1h", sum(cost_usd) AS cost,
  count(*) FILTER (WHERE cost_usd IS NULL) AS unpriced,
  count(*) FILTER (WHERE transcript_tokens IS NOT NULL AND telemetry_tokens IS NOT NULL) AS both,
  sum(telemetry_tokens - transcript_tokens) AS drift,
  sum(transcript_tokens) AS transcript, sum(telemetry_tokens) AS telemetry,
  count(*) FILTER (WHERE telemetry_tokens IS NULL) AS "onlyTranscript",
  count(*) FILTER (WHERE transcript_tokens IS NULL) AS "onlyTelemetry"`

const number = (value: Prisma.Decimal | bigint | null): number => Number(value ?? 0)

function toSum(row: SumRow): UsageSum {
  const tokens = {
    input: number(row.input),
    output: number(row.output),
    cacheRead: number(row.cacheRead),
    cacheWrite5m: number(row.cacheWrite5m),
    cacheWrite1h: number(row.cacheWrite1h),
  }
  return {
    requests: number(row.requests),
    tokens,
    totalTokens: Object.values(tokens).reduce((sum, count) => sum + count, 0),
    costUsd: number(row.cost),
    unpricedRequests: number(row.unpriced),
  }
}

const toDrift = (row: SumRow): UsageDrift => ({
  requests: number(row.both),
  tokens: number(row.drift),
  transcriptTokens: number(row.transcript),
  telemetryTokens: number(row.telemetry),
  onlyTranscript: number(row.onlyTranscript),
  onlyTelemetry: number(row.onlyTelemetry),
})

/** How entries are told apart, and what a part is called. */
const grouping = (by: UsageBy, timeZone: string): { key: Prisma.Sql; name: Prisma.Sql } => {
  switch (by) {
    case 'project':
      return { key: Prisma.sql`project_id::text`, name: Prisma.sql`(SELECT name FROM projects WHERE id::text = g.key)` }
    case 'session':
      return {
        key: Prisma.sql`session_id::text`,
        name: Prisma.sql`(SELECT COALESCE(title, first_prompt) FROM sessions WHERE id::text = g.key)`,
      }
    case 'node':
      return { key: Prisma.sql`node_id::text`, name: Prisma.sql`(SELECT name FROM nodes WHERE id::text = g.key)` }
    case 'runner':
      return { key: Prisma.sql`runner_id::text`, name: Prisma.sql`(SELECT name FROM runners WHERE id::text = g.key)` }
    case 'model':
      return { key: Prisma.sql`model`, name: Prisma.sql`g.key` }
    case 'day':
      return { key: Prisma.sql`to_char(at AT TIME ZONE ${timeZone}, 'YYYY-MM-DD')`, name: Prisma.sql`g.key` }
  }
}

/** What was used in a time, in all and by parts. Throws `not_found` for a project or a runner that is not there. */
export async function summarizeUsage(
  ctx: Pick<ServiceContext, 'db' | 'settings' | 'access'>,
  input: z.output<typeof usageSummaryInput>,
): Promise<UsageSummary> {
  const { prisma } = ctx.db
  const projectIds =
    input.project === undefined ? visibleProjects(ctx) : [(await findProject(ctx, prisma, input.project)).id]
  if (input.runner !== undefined) await getRunner(ctx, { id: input.runner })
  const where = Prisma.sql`
    (${input.from ?? null}::timestamptz IS NULL OR at >= ${input.from ?? null}::timestamptz)
    AND (${input.to ?? null}::timestamptz IS NULL OR at < ${input.to ?? null}::timestamptz)
    AND (${projectIds}::uuid[] IS NULL OR project_id = ANY(${projectIds}::uuid[]))
    AND (${input.runner ?? null}::uuid IS NULL OR runner_id = ${input.runner ?? null}::uuid)`
  const { key, name } = grouping(input.by, input.timeZone)
  const order = input.by === 'day' ? Prisma.sql`g.key` : Prisma.sql`g.cost DESC NULLS LAST, g.output DESC, g.key`
  const [[total], parts, { problem }] = await Promise.all([
    prisma.$queryRaw<TotalRow[]>`
      SELECT ${SUMS}, array_agg(DISTINCT model) FILTER (WHERE cost_usd IS NULL) AS "unpricedModels"
        FROM usage_entries WHERE ${where}`,
    prisma.$queryRaw<(PartRow & { parts: bigint })[]>`
      SELECT g.*, ${name} AS name
        FROM (SELECT ${key} AS key, ${SUMS}, count(*) OVER () AS parts FROM usage_entries WHERE ${where} GROUP BY 1) AS g
       ORDER BY ${order} LIMIT ${MAX_PARTS}`,
    loadPrices(ctx.settings),
  ])
  if (total === undefined) throw new Error('a sum has one row')
  return {
    total: toSum(total),
    parts: parts.map((part) => ({ key: part.key, name: part.name, ...toSum(part), drift: toDrift(part) })),
    moreParts: number(parts[0]?.parts ?? 0n) - parts.length,
    drift: toDrift(total),
    unpricedModels: total.unpricedModels ?? [],
    pricesProblem: problem,
  }
}

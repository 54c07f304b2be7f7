import type { z } from 'zod'
import type { UsageDay, UsageStackBy, usageDailyInput } from '@/contracts/usage/daily'
import { visibleProjects } from '../../core/access/access'
import { Prisma } from '../../db/generated/client'
import { findProject } from '../project/find-project'
import type { ServiceContext } from '../service-context'

/** Rows that one answer holds at most: a year of fifty projects. */
const MAX_ROWS = 20_000

const KEYS: Record<UsageStackBy, { key: Prisma.Sql; name: Prisma.Sql }> = {
  project: { key: Prisma.sql`project_id::text`, name: Prisma.sql`(SELECT name FROM projects WHERE id::text = g.key)` },
  model: { key: Prisma.sql`model`, name: Prisma.sql`g.key` },
  node: { key: Prisma.sql`node_id::text`, name: Prisma.sql`(SELECT name FROM nodes WHERE id::text = g.key)` },
}

/** What was used on each day of a time, told apart; in the order of the days. Throws `not_found` for the project. */
export async function dailyUsage(
  ctx: Pick<ServiceContext, 'db' | 'access'>,
  input: z.output<typeof usageDailyInput>,
): Promise<UsageDay[]> {
  const { prisma } = ctx.db
  const projectIds =
    input.project === undefined ? visibleProjects(ctx) : [(await findProject(ctx, prisma, input.project)).id]
  const { key, name } = KEYS[input.by]
  return prisma.$queryRaw<UsageDay[]>`
    SELECT g.*, ${name} AS name
      FROM (SELECT to_char(at AT TIME ZONE ${input.timeZone}, 'YYYY-MM-DD') AS day, ${key} AS key,
                   count(*)::int AS requests,
                   sum(input_tokens + output_tokens + cache_read_tokens + cache_write_5m_tokens
                       + cache_write_1h_tokens)::float8 AS tokens,
                   COALESCE(sum(cost_usd), 0)::float8 AS "costUsd",
                   (count(*) FILTER (WHERE cost_usd IS NULL))::int AS "unpricedRequests"
              FROM usage_entries
             WHERE at >= ${input.from}::timestamptz AND at < ${input.to}::timestamptz
               AND (${projectIds}::uuid[] IS NULL OR project_id = ANY(${projectIds}::uuid[]))
             GROUP BY 1, 2) AS g
     ORDER BY g.day, g.tokens DESC, g.key LIMIT ${MAX_ROWS}`
}

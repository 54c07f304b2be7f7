import type { SessionStats, SessionStatsInput } from '@/contracts/session/session-stats'
import { visibleProjects } from '../../core/access/access'
import { findProject } from '../project/find-project'
import type { ServiceContext } from '../service-context'

interface FigureRow {
  project: string | null
  day: string
  sessions: bigint
  messages: bigint
  tokens: bigint
  costUsd: number
  durationMs: number
}

type Figures = SessionStats['total']

/** What sessions came to, by project and by day of their last message. Throws `not_found` for the project. */
export async function sessionStats(ctx: ServiceContext, input: SessionStatsInput): Promise<SessionStats> {
  const projectIds =
    input.project === undefined ? visibleProjects(ctx) : [(await findProject(ctx, ctx.db.prisma, input.project)).id]
  const since = new Date(ctx.clock.now().getTime() - input.days * 86_400_000)
  const rows = await ctx.db.prisma.$queryRaw<FigureRow[]>`
    SELECT p.name AS project, to_char(s.last_activity_at AT TIME ZONE ${input.timeZone}, 'YYYY-MM-DD') AS day,
           count(*) AS sessions, sum(s.message_count)::bigint AS messages, sum(s.tokens_used)::bigint AS tokens,
           sum(s.cost_usd)::float8 AS "costUsd",
           (sum(extract(epoch FROM s.last_activity_at - s.started_at)) * 1000)::float8 AS "durationMs"
      FROM sessions s LEFT JOIN projects p ON p.id = s.project_id
     WHERE s.last_activity_at > ${since} AND (${projectIds}::uuid[] IS NULL OR s.project_id = ANY(${projectIds}::uuid[]))
     GROUP BY 1, 2`
  const total = rows.reduce(add, NOTHING)
  const projects = [...sumBy(rows, (row) => row.project)].map(([project, sum]) => ({ project, ...sum }))
  const days = [...sumBy(rows, (row) => row.day)].map(([day, sum]) => ({ day, ...sum }))
  return {
    total,
    projects: projects.sort((a, b) => b.tokens - a.tokens),
    days: days.sort((a, b) => a.day.localeCompare(b.day)),
  }
}

const NOTHING: Figures = { sessions: 0, messages: 0, tokens: 0, costUsd: 0, durationMs: 0 }

const add = (sum: Figures, row: FigureRow): Figures => ({
  sessions: sum.sessions + Number(row.sessions),
  messages: sum.messages + Number(row.messages),
  tokens: sum.tokens + Number(row.tokens),
  costUsd: sum.costUsd + row.costUsd,
  durationMs: sum.durationMs + Math.round(row.durationMs),
})

function sumBy<Key>(rows: readonly FigureRow[], keyOf: (row: FigureRow) => Key): Map<Key, Figures> {
  const sums = new Map<Key, Figures>()
  for (const row of rows) sums.set(keyOf(row), add(sums.get(keyOf(row)) ?? NOTHING, row))
  return sums
}

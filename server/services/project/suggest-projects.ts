import type { ProjectSuggestion } from '@/contracts/project/suggestion'
import { LOCAL_NODE_NAME } from '../installation/bootstrap-installation'
import type { ServiceContext } from '../service-context'
import { projectNameKey } from './find-project'
import { freeName, nameOfDirectory } from './project-of-directory'

/** Directories offered at once: more are a search, not an offer. */
const MAX_SUGGESTIONS = 50

/** Directories on the local node that agents have worked in and no project covers, the latest first. */
export async function suggestProjects(ctx: ServiceContext): Promise<ProjectSuggestion[]> {
  const rows = await ctx.db.prisma.$queryRaw<{ path: string; sessions: bigint; lastActivityAt: Date }[]>`
    SELECT s.cwd AS path, count(*) AS sessions, max(s.last_activity_at) AS "lastActivityAt"
      FROM sessions s JOIN nodes n ON n.id = s.node_id
     WHERE s.project_id IS NULL AND n.name = ${LOCAL_NODE_NAME} AND s.cwd LIKE '/_%'
       AND NOT EXISTS (SELECT 1 FROM projects p
                        WHERE p.node_id = n.id AND p.deleted_at IS NULL
                          AND (s.cwd = p.path OR starts_with(s.cwd, rtrim(p.path, '/') || '/')))
     GROUP BY s.cwd ORDER BY 3 DESC LIMIT ${MAX_SUGGESTIONS}`
  const projects = await ctx.db.prisma.project.findMany({ select: { nameKey: true }, where: { deletedAt: null } })
  const taken = new Set(projects.flatMap((project) => project.nameKey ?? []))
  return rows.map(({ path, sessions, lastActivityAt }) => {
    const name = freeName(nameOfDirectory(path), taken)
    taken.add(projectNameKey(name))
    return { path, name, sessions: Number(sessions), lastActivityAt: lastActivityAt.toISOString() }
  })
}

import { providerProbe } from '@/contracts/provider/provider'
import { SLOT_HOLDING_STATUSES } from '@/contracts/runner/status'
import type { Tx } from '../../db/database'
import { Prisma } from '../../db/generated/client'
import { type ExhaustedBudget, exhaustedBudget, selectExhausted } from '../budget/exhausted-budgets'
import { type QuotaUse, quotaUse, selectResourceUse } from '../quota/resource-quotas'

/** Where a launch would go: its project, its node, and the slots taken, all as of one moment. */
export interface LaunchPlace {
  project: { id: string; name: string; path: string; archivedAt: Date | null; defaultProvider: LaunchProvider }
  node: { id: string; name: string; draining: boolean; providers: ReturnType<typeof parseProviders> }
  slots: { limit: number | null; used: number }
  /** Budgets that a runner of the project counts against and that have nothing left, the strictest first. */
  exhausted: ExhaustedBudget[]
  /** Its quotas on memory and CPU. */
  resources: QuotaUse[]
}
type LaunchProvider = 'claude' | 'codex' | 'gemini' | 'opencode' | 'shell' | 'echo'

const parseProviders = (json: unknown) => providerProbe.array().parse(json)

interface PlaceRow {
  name: string
  path: string
  archivedAt: Date | null
  defaultProvider: LaunchProvider
  nodeId: string
  nodeName: string
  draining: boolean
  providers: unknown
  slotLimit: bigint | null
  slotsUsed: bigint
  exhausted: unknown
  resources: unknown
}

/**
 * Reads all a launch has to know in one statement, since launches of a project wait for each other. Null when the
 * project was deleted. The caller holds the project's lock; a limit of null means the installation's default.
 */
export async function readLaunchPlace(tx: Tx, projectId: string, now: Date): Promise<LaunchPlace | null> {
  const concerns = Prisma.sql`b.project_id = p.id OR (b.project_id IS NULL AND b.runner_id IS NULL)`
  const [row] = await tx.$queryRaw<PlaceRow[]>`
    SELECT p.name, p.path, p.archived_at AS "archivedAt", p.default_provider::text AS "defaultProvider",
           n.id AS "nodeId", n.name AS "nodeName", n.draining_at IS NOT NULL AS draining, n.providers,
           (SELECT q."limit" FROM quotas q WHERE q.project_id = p.id AND q.kind = 'concurrent_runners') AS "slotLimit",
           (SELECT count(*) FROM runners r
             WHERE r.project_id = p.id AND r.status = ANY (${SLOT_HOLDING_STATUSES}::runner_status[])) AS "slotsUsed",
           (SELECT jsonb_agg(e) FROM (${selectExhausted(now, concerns)}) AS e) AS exhausted,
           (SELECT jsonb_agg(u) FROM (${selectResourceUse(Prisma.sql`p.id`)}) AS u) AS resources
      FROM projects p JOIN nodes n ON n.id = p.node_id
     WHERE p.id = ${projectId}::uuid AND p.deleted_at IS NULL`
  if (!row) return null
  const { name, path, archivedAt, defaultProvider } = row
  return {
    project: { id: projectId, name, path, archivedAt, defaultProvider },
    node: { id: row.nodeId, name: row.nodeName, draining: row.draining, providers: parseProviders(row.providers) },
    slots: { limit: row.slotLimit === null ? null : Number(row.slotLimit), used: Number(row.slotsUsed) },
    exhausted: exhaustedBudget.array().parse(row.exhausted ?? []),
    resources: quotaUse.array().parse(row.resources ?? []),
  }
}

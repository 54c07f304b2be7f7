import { z } from 'zod'
import type { ProviderId } from '@/contracts/provider/provider'
import { SLOT_HOLDING_STATUSES } from '@/contracts/runner/status'
import { Prisma } from '../../db/generated/client'
import { RefusedLaunch } from '../runner/refused-launch'

/** A quota on what the processes of a project's live runners use together, by their last heartbeats. */
export const resourceUse = z.object({
  kind: z.enum(['memory_bytes', 'cpu_percent']),
  limit: z.number(),
  used: z.number(),
})
export type ResourceUse = z.infer<typeof resourceUse>

/** `held`: runners of the project are held to a CPU quota, which is used up then however little is measured. */
export const quotaUse = resourceUse.extend({ held: z.boolean() })
export type QuotaUse = z.infer<typeof quotaUse>

/** Selects the resource quotas of a project with what is used of them. */
export const selectResourceUse = (projectId: Prisma.Sql): Prisma.Sql => Prisma.sql`
  SELECT q.kind::text AS kind, q."limit"::float8 AS "limit",
         COALESCE(CASE q.kind WHEN 'memory_bytes' THEN sum(v.memory_bytes)::float8 ELSE sum(v.cpu_percent) END, 0) AS used,
         q.kind = 'cpu_percent' AND COALESCE(bool_or(v.cpu_limit_percent IS NOT NULL), false) AS held
    FROM quotas q
    LEFT JOIN runners qr ON qr.project_id = q.project_id
                        AND qr.status = ANY (${SLOT_HOLDING_STATUSES}::runner_status[])
    LEFT JOIN runner_vitals v ON v.runner_id = qr.id AND v.epoch = qr.epoch
   WHERE q.project_id = ${projectId} AND q.kind IN ('memory_bytes', 'cpu_percent')
   GROUP BY q.id`

const GIB = 2 ** 30
const inGib = (bytes: number): string => `${(bytes / GIB).toFixed(1)} GiB`

/** What is used of what is allowed, for people. */
export const describeUse = ({ kind, used, limit }: ResourceUse): string =>
  kind === 'memory_bytes'
    ? `use ${inGib(used)} of ${inGib(limit)} memory`
    : `use ${Math.round(used)} % of ${Math.round(limit)} % CPU`

/** How one asks for more of it. */
const hintOf = (project: string, { kind, limit }: ResourceUse): string =>
  kind === 'memory_bytes'
    ? `stratavore quota set ${project} --memory ${Math.ceil((limit * 2) / GIB)}G`
    : `stratavore quota set ${project} --cpu ${Math.ceil(limit * 2)}`

/** The refusal that a used up quota is. `provider`: of the launch, or of the runner that is stopped. */
export function resourceRefusal(
  project: { id: string; name: string },
  provider: ProviderId,
  use: ResourceUse,
): RefusedLaunch {
  const subject = { type: 'project', id: project.id }
  return new RefusedLaunch(
    'quota_exceeded',
    `The runners of ${project.name} ${describeUse(use)}.`,
    {
      action: 'quota.refuse',
      event: { type: 'quota.exceeded', subject, project: project.name, data: { ...use, provider } },
    },
    `Stop one, or raise the quota: ${hintOf(project.name, use)}`,
  )
}

/** Throws `quota_exceeded` when the project's runners use all of a resource already. */
export function requireResources(
  uses: readonly QuotaUse[],
  project: { id: string; name: string },
  provider: ProviderId,
): void {
  const full = uses.find(({ used, limit, held }) => held || used >= limit)
  if (full) throw resourceRefusal(project, provider, resourceUse.parse(full))
}

import type { Quota } from '@/contracts/quota/quota'
import { withTransaction } from '../../db/database'
import { recordChange } from '../audit/record-change'
import { findProject } from '../project/find-project'
import type { ServiceContext } from '../service-context'
import { countSlots } from './runner-quota'

/** Sets how many runners of a project may live at once. Those above a lowered limit go on; new ones are refused. */
export async function setRunnerQuota(ctx: ServiceContext, input: { project: string; runners: number }): Promise<Quota> {
  return withTransaction(ctx.db, async (tx) => {
    const project = await findProject(tx, input.project)
    const before = await countSlots(ctx, tx, project.id)
    const key = { projectId: project.id, kind: 'concurrent_runners' } as const
    await tx.quota.upsert({
      where: { projectId_kind: key },
      create: { ...key, limit: input.runners },
      update: { limit: input.runners },
    })
    const subject = { type: 'project', id: project.id }
    const data = { kind: key.kind, before: before.limit, after: input.runners }
    await recordChange(ctx, tx, { action: 'quota.set', target: subject, data }, [
      { type: 'quota.updated', subject, project: project.name, data },
    ])
    return { project: project.name, kind: key.kind, limit: input.runners, used: before.used, explicit: true }
  })
}

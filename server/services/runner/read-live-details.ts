import type { LiveDetail } from '@/contracts/event/live'
import type { ServiceContext } from '../service-context'
import { detailToApi } from './runner-to-api'

/** A detail, and whose it is to see. */
export interface PlacedDetail {
  detail: LiveDetail
  projectId: string
}

/** What these runners do in detail now; those that are gone are left out. */
export async function readLiveDetails(
  ctx: Pick<ServiceContext, 'db'>,
  ids: readonly string[],
): Promise<PlacedDetail[]> {
  const rows = await ctx.db.prisma.runner.findMany({
    where: { id: { in: [...ids] } },
    select: { id: true, projectId: true, epoch: true, activityDetail: true },
  })
  return rows.map(({ id: runnerId, projectId, epoch, activityDetail }) => ({
    projectId,
    detail: { runnerId, epoch, detail: detailToApi(activityDetail) },
  }))
}

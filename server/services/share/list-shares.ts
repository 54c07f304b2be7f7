import type { ShareLink } from '@/contracts/share/share'
import { inVisibleProjects } from '../../core/access/access'
import { getRunner } from '../runner/get-runner'
import type { ServiceContext } from '../service-context'
import { liveShare, opensRunner, shareInclude, shareToApi } from './live-share'

/** Most rows one answer holds. */
const MAX_LISTED = 500

/** Links that work, newest first: those of one runner, or of all that are the caller's to see. Throws `not_found`. */
export async function listShares(ctx: ServiceContext, { runnerId }: { runnerId?: string }): Promise<ShareLink[]> {
  if (runnerId !== undefined) await getRunner(ctx, { id: runnerId })
  const rows = await ctx.db.prisma.shareLink.findMany({
    where: {
      ...liveShare(ctx.clock.now()),
      ...(runnerId === undefined ? {} : { runnerId }),
      runner: { projectId: inVisibleProjects(ctx) },
    },
    include: shareInclude,
    orderBy: { createdAt: 'desc' },
    take: MAX_LISTED,
  })
  return rows.filter(opensRunner).map(shareToApi)
}

import type { Thumbnails, ThumbnailsQuestion } from '@/contracts/terminal/thumbnail'
import { inVisibleProjects } from '../../core/access/access'
import { recordRead } from '../audit/record-read'
import type { ServiceContext } from '../service-context'

/** Small pictures of live screens, of those that are not what was seen. A runner that is not theirs has none. */
export async function readThumbnails(ctx: ServiceContext, question: ThumbnailsQuestion): Promise<Thumbnails> {
  await recordRead(ctx, { action: 'runner.thumbnails', target: { type: 'runner', id: 'all' } })
  const projectId = inVisibleProjects(ctx)
  if (projectId === undefined) return ctx.daemon.thumbnails(question)
  const named = Object.entries(question.seen)
  const theirs = await ctx.db.prisma.runner.findMany({
    where: { id: { in: named.map(([id]) => id) }, projectId },
    select: { id: true },
  })
  const ids = new Set(theirs.map(({ id }) => id))
  return ctx.daemon.thumbnails({ seen: Object.fromEntries(named.filter(([id]) => ids.has(id))) })
}

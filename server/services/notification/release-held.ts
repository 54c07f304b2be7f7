import { withTransaction } from '../../db/database'
import { lockKey } from '../../db/locks'
import type { ServiceContext } from '../service-context'
import { MAX_MEMBERS } from './apply-changes'
import { openRow } from './notification-row'
import { DECISION_LOCK } from './notification-settings'
import { staleBefore } from './retry-policy'
import { digestMembers, summaryOf } from './summary'
import { rank } from './wish'

/** Up to this many held notifications are sent as they are when the quiet hours end; more become one. */
const HELD_SEPARATE = 3
/** Held ones that one digest takes; a night with more has them counted in a second digest. */
const MAX_DIGEST = 500

/** Lets go what quiet hours held and is due now: as it is, or as one digest when it is much. */
export async function releaseHeld(ctx: Pick<ServiceContext, 'db' | 'clock'>): Promise<void> {
  const now = ctx.clock.now()
  // What is no news any more is given up, not told as if it were of this night.
  const where = { state: 'held', nextAttemptAt: { lte: now }, updatedAt: { gt: staleBefore(now) } } as const
  // Nearly always there is nothing: no lock for that.
  if ((await ctx.db.prisma.notification.count({ where })) === 0) return
  await withTransaction(ctx.db, async (tx) => {
    await lockKey(tx, DECISION_LOCK)
    const rows = await tx.notification.findMany({ where, orderBy: { createdAt: 'asc' }, take: MAX_DIGEST })
    for (const channel of new Set(rows.map((row) => row.channel))) {
      const held = rows.filter((row) => row.channel === channel).map(openRow)
      // Corrections of what was read before stay what they are; only what was never told can be told together.
      const untold = held.filter((row) => row.sentVersion === 0 && row.attempts === 0)
      const together = untold.length > HELD_SEPARATE ? untold : []
      const ids = held.filter((row) => !together.includes(row)).map((row) => row.id)
      await tx.notification.updateMany({ where: { id: { in: ids } }, data: { state: 'pending' } })
      const [first, ...others] = together
      if (!first) continue
      await tx.notification.deleteMany({ where: { id: { in: together.map((row) => row.id) } } })
      const members = digestMembers(together)
      // It stands for all of them, under the name of the one that matters most.
      const chief = others.reduce((most, row) => (rank(row.priority) > rank(most.priority) ? row : most), first)
      await tx.notification.create({
        data: {
          channel,
          ...summaryOf('digest', members),
          thread: `digest:${now.toISOString()}`,
          kind: chief.kind,
          topic: 'alerts',
          priority: chief.priority,
          tags: ['sunrise'],
          click: '/',
          actions: [{ do: 'open' }],
          members: members.slice(0, MAX_MEMBERS),
          occurrences: members.length,
          state: 'pending',
          dueAt: now,
          nextAttemptAt: now,
          createdAt: now,
          updatedAt: now,
        },
      })
    }
  })
}

import type { EventEnvelope } from '@/contracts/event/envelope'
import {
  type NotificationChannel,
  type NotificationSettings,
  notificationChannel,
} from '@/contracts/notification/notification'
import type { Tx } from '../../db/database'
import { lockKey } from '../../db/locks'
import type { ServiceContext } from '../service-context'
import { applyChanges } from './apply-changes'
import { configuredChannels } from './channels'
import { decideNotification } from './decide-notification'
import { openRow } from './notification-row'
import { DECISION_LOCK, readNotificationSettings } from './notification-settings'
import { BURST_SEPARATE, BURST_WINDOW_MS, type Change, type OpenRow, planTell, planWithdraw } from './plan-change'
import { quietUntil } from './quiet-hours'
import { readFacts } from './read-facts'
import type { Wish } from './wish'

export type NotificationContext = Pick<ServiceContext, 'db' | 'clock' | 'settings' | 'keys'>

/** Summaries of one channel that are open at once: one burst per kind and a digest or two. */
const MAX_OPEN_SUMMARIES = 50

/**
 * Writes what an event makes to be told, for every channel that is set up, and taken back, wherever it was told: a
 * channel that is off now must not come back with what is settled. Sends nothing.
 */
export async function recordEvent(ctx: NotificationContext, tx: Tx, event: EventEnvelope): Promise<void> {
  const configured = configuredChannels(ctx.settings)
  // Counting bursts and finding the open row need the others to wait.
  await lockKey(tx, DECISION_LOCK)
  const settings = await readNotificationSettings(tx)
  const wishes = decideNotification(event, await readFacts(tx, event), settings)
  if (wishes.length === 0) return
  for (const channel of configured)
    for (const wish of wishes) await applyWish(ctx, tx, channel, wish, settings, event.id)
  for (const channel of await leftOpen(tx, configured))
    for (const wish of wishes) if (wish.kind === 'withdraw') await applyWish(ctx, tx, channel, wish, settings, event.id)
}

/** Whether a channel is set up, or something was told by one that no longer is. */
export async function concernsAnybody(ctx: Pick<NotificationContext, 'db' | 'settings'>): Promise<boolean> {
  const configured = configuredChannels(ctx.settings)
  return configured.length > 0 || (await leftOpen(ctx.db.prisma, configured)).length > 0
}

/** Channels that are off but in which something may have to be taken back. */
async function leftOpen(
  db: Pick<Tx, 'notification'>,
  configured: readonly NotificationChannel[],
): Promise<NotificationChannel[]> {
  const open: NotificationChannel[] = []
  for (const channel of notificationChannel.options) {
    if (configured.includes(channel)) continue
    if (await db.notification.findFirst({ where: { channel, closedAt: null }, select: { id: true } }))
      open.push(channel)
  }
  return open
}

/** Applies one wish to one channel. The caller holds the decision lock. */
export async function applyWish(
  ctx: Pick<NotificationContext, 'clock' | 'keys'>,
  tx: Tx,
  channel: NotificationChannel,
  wish: Wish,
  settings: NotificationSettings,
  eventId: string | null,
): Promise<void> {
  const now = ctx.clock.now()
  // Machines do not sleep: quiet hours are for phones.
  const quiet = (at: Date): Date | null => (channel === 'ntfy' ? quietUntil(at, settings) : null)
  const thread = wish.kind === 'tell' ? wish.draft.thread : wish.thread
  const open = await readOpen(tx, channel, thread)
  let changes: Change[]
  if (wish.kind === 'withdraw') {
    const summaries = await readSummaries(tx, channel, thread)
    changes = planWithdraw(wish, open, summaries, { now, quietUntil: quiet })
  } else {
    const { kind } = wish.draft
    const recent = await countRecent(tx, channel, kind, new Date(now.getTime() - BURST_WINDOW_MS))
    const summary = await readOpen(tx, channel, `burst:${kind}`)
    changes = planTell(wish.draft, { now, open, summary, recent, quietUntil: quiet })
  }
  await applyChanges(tx, { channel, now, eventId, redact: ctx.keys.known.redact }, changes)
}

async function readOpen(tx: Tx, channel: NotificationChannel, thread: string): Promise<OpenRow | null> {
  const row = await tx.notification.findFirst({ where: { channel, thread, closedAt: null } })
  return row && openRow(row)
}

/** Threads of a kind opened since then that rang or are about to. What was settled before it rang told nobody anything. */
async function countRecent(tx: Tx, channel: NotificationChannel, kind: string, since: Date): Promise<number> {
  const threads = await tx.notification.groupBy({
    by: ['thread'],
    where: {
      channel,
      kind,
      createdAt: { gt: since },
      OR: [{ sentVersion: { gt: 0 } }, { state: { in: ['pending', 'held'] } }],
      NOT: { thread: { startsWith: 'burst:' } },
    },
    orderBy: { thread: 'asc' },
    take: BURST_SEPARATE,
  })
  return threads.length
}

async function readSummaries(tx: Tx, channel: NotificationChannel, thread: string): Promise<OpenRow[]> {
  const rows = await tx.notification.findMany({
    where: { channel, closedAt: null, NOT: { members: { equals: [] } } },
    take: MAX_OPEN_SUMMARIES,
  })
  return rows.map(openRow).filter((row) => row.members.some((member) => member.thread === thread))
}

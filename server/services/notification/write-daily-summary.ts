import type { NotificationSettings } from '@/contracts/notification/notification'
import { type Tx, withTransaction } from '../../db/database'
import { lockKey } from '../../db/locks'
import { configuredChannels } from './channels'
import { latestSummary } from './daily-summary-time'
import { counted, duration, MAX_MESSAGE_BYTES, ownLines } from './lock-screen-text'
import { DECISION_LOCK, readNotificationSettings } from './notification-settings'
import { applyWish, type NotificationContext } from './record-event'
import { type Draft, tell } from './wish'

/** What happened in a span of time, as far as the tables know. */
interface Figures {
  launched: number
  ended: number
  failed: number
  waitingMs: number
  tokens: number
}

const DAY_MS = 24 * 60 * 60_000

/**
 * Writes the daily summary once its time has come and it is switched on. Exactly one per day, whatever restarts and
 * however many daemons there are: the date is marked in the transaction that writes it.
 */
export async function writeDailySummary(ctx: NotificationContext): Promise<void> {
  const channels = configuredChannels(ctx.settings)
  if (channels.length === 0) return
  const now = ctx.clock.now()
  const seen = await readNotificationSettings(ctx.db.prisma)
  if (!seen.enabled.daily_summary || !(await isOwed(ctx.db.prisma, seen, now))) return
  await withTransaction(ctx.db, async (tx) => {
    await lockKey(tx, DECISION_LOCK)
    const settings = await readNotificationSettings(tx)
    if (!settings.enabled.daily_summary || !(await isOwed(tx, settings, now))) return
    const { date, at } = latestSummary(settings, now)
    await tx.notificationPreferences.update({
      where: { id: 1 },
      data: { lastSummaryOn: new Date(`${date}T00:00:00Z`) },
    })
    const figures = await readFigures(tx, new Date(at.getTime() - DAY_MS), at)
    const draft = summaryDraft(date, figures)
    for (const channel of channels) await applyWish(ctx, tx, channel, tell(draft), settings, null)
  })
}

async function isOwed(
  tx: Pick<Tx, 'notificationPreferences'>,
  settings: NotificationSettings,
  now: Date,
): Promise<boolean> {
  const row = await tx.notificationPreferences.findUnique({ where: { id: 1 } })
  const last = row?.lastSummaryOn?.toISOString().slice(0, 10) ?? ''
  return row !== null && last < latestSummary(settings, now).date
}

async function readFigures(tx: Tx, from: Date, to: Date): Promise<Figures> {
  const span = { gte: from, lt: to }
  const launched = await tx.runner.count({ where: { createdAt: span } })
  const ended = await tx.runner.count({ where: { endedAt: span } })
  const failed = await tx.runner.count({ where: { endedAt: span, status: 'failed' } })
  const tokens = await tx.runner.aggregate({ where: { endedAt: span }, _sum: { tokensUsed: true } })
  // Every change from waiting to something else tells how long it lasted; an end tells since when.
  const [waited] = await tx.$queryRaw<{ ms: number }[]>`
    SELECT coalesce(sum(CASE
      WHEN type = 'runner.activity' AND data->>'previous' IN ('waiting_permission', 'waiting_input')
        THEN (data->>'previousSeconds')::float8 * 1000
      WHEN type IN ('runner.stopped', 'runner.failed') AND data->>'activity' IN ('waiting_permission', 'waiting_input')
        THEN extract(epoch FROM occurred_at - (data->>'activitySince')::timestamptz) * 1000
      ELSE 0 END), 0)::float8 AS ms
    FROM outbox_events
    WHERE occurred_at >= ${from} AND occurred_at < ${to}
      AND type IN ('runner.activity', 'runner.stopped', 'runner.failed')`
  return { launched, ended, failed, waitingMs: waited?.ms ?? 0, tokens: Number(tokens._sum.tokensUsed ?? 0) }
}

/** The summary of one day. Pure. */
export function summaryDraft(date: string, figures: Figures): Draft {
  const { launched, ended, failed, waitingMs, tokens } = figures
  return {
    thread: `summary:${date}`,
    kind: 'daily_summary',
    topic: 'status',
    priority: 'low',
    title: `The last day: ${counted(launched, 'runner')} launched, ${failed} failed`,
    message: ownLines(
      [
        `${counted(ended, 'runner')} ended, ${failed} of them failed.`,
        `Runners waited ${duration(waitingMs)} for a human.`,
        tokens > 0 ? `${tokens.toLocaleString('en')} tokens in the runners that ended.` : '',
      ],
      MAX_MESSAGE_BYTES,
    ),
    tags: ['bar_chart'],
    click: '/',
    actions: [{ do: 'open' }],
    delayMs: 0,
    again: 'replace',
    freshForMs: null,
    inSummaryAs: null,
  }
}

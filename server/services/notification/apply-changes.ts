import type { NotificationChannel } from '@/contracts/notification/notification'
import type { RedactText } from '@/contracts/redaction/redact-text'
import type { Tx } from '../../db/database'
import type { Change } from './plan-change'

/** Members a summary keeps by name; more are not told apart. */
export const MAX_MEMBERS = 1_000

/** Writes decided changes of one channel's notifications. The caller holds the decision lock. */
export async function applyChanges(
  tx: Tx,
  by: { channel: NotificationChannel; now: Date; eventId: string | null; redact: RedactText },
  changes: readonly Change[],
): Promise<void> {
  for (const change of changes) await applyChange(tx, by, change)
}

/** What is told, without secrets. */
const withoutSecrets = <C extends { title?: string; message?: string }>(content: C, redact: RedactText): C => ({
  ...content,
  ...(content.title === undefined ? {} : { title: redact(content.title) }),
  ...(content.message === undefined ? {} : { message: redact(content.message) }),
})

async function applyChange(
  tx: Tx,
  { channel, now, eventId, redact }: Parameters<typeof applyChanges>[1],
  change: Change,
): Promise<void> {
  switch (change.do) {
    case 'insert':
      await tx.notification.create({
        data: {
          channel,
          ...withoutSecrets(change.content, redact),
          ...change.schedule,
          members: change.members.slice(0, MAX_MEMBERS),
          eventId,
          createdAt: now,
          updatedAt: now,
        },
      })
      return
    case 'update':
      await tx.notification.update({
        where: { id: change.id },
        data: {
          ...withoutSecrets(change.content, redact),
          ...(change.schedule === null ? {} : { ...change.schedule, attempts: 0 }),
          occurrences: change.occurrences,
          members: change.members.slice(0, MAX_MEMBERS),
          quiet: change.quiet,
          version: { increment: 1 },
          updatedAt: now,
          ...(eventId === null ? {} : { eventId }),
          ...(change.closes ? { closedAt: now } : {}),
        },
      })
      return
    case 'close':
      await tx.notification.update({ where: { id: change.id }, data: { closedAt: now } })
      return
    case 'withdraw':
      await tx.notification.update({
        where: { id: change.id },
        data: {
          state: 'withdrawn',
          nextAttemptAt: change.recall ? now : null,
          attempts: 0,
          updatedAt: now,
          closedAt: now,
        },
      })
  }
}

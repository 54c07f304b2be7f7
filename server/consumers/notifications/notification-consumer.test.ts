import { expect, it, vi } from 'vitest'
import type { EventType } from '@/contracts/event/event-data'
import type { Database } from '../../db/database'
import { toEnvelope } from '../../outbox/to-envelope'
import type { NotificationContext } from '../../services/notification/record-event'
import { notificationConsumer } from './notification-consumer'

const event = (type: EventType) =>
  toEnvelope(
    {
      seq: 1,
      id: '00000000-0000-4000-8000-000000000001',
      type,
      at: '2026-01-02T03:04:05.000Z',
      actor: { kind: 'daemon', name: 'daemon' },
      subject: { type: 'system', id: 'system' },
      project: null,
      data: {},
    },
    '00000000-0000-4000-8000-000000000002',
    null,
  )

/** The consumer on a database that counts its transactions and makes none. */
function consumerWith(settings: Partial<NotificationContext['settings']>) {
  const transaction = vi.fn(() => Promise.reject(new Error('no database here')))
  const notification = { findFirst: () => Promise.resolve(null) }
  const db = { prisma: { $transaction: transaction, notification } } as unknown as Database
  const written = vi.fn()
  const ctx = { db, settings, clock: { now: () => new Date(), monotonicMs: () => 0 } } as NotificationContext
  return { consumer: notificationConsumer(ctx, written), transaction, written }
}

it('begins no transaction for what nobody is to be told of', async () => {
  const noChannel = consumerWith({})
  await noChannel.consumer.handle(event('system.started'))
  const ntfy = consumerWith({ ntfyUrl: 'https://ntfy.example' })
  await ntfy.consumer.handle(event('project.updated'))
  for (const { transaction, written } of [noChannel, ntfy]) {
    expect(transaction).not.toHaveBeenCalled()
    expect(written).not.toHaveBeenCalled()
  }
  await expect(ntfy.consumer.handle(event('system.started'))).rejects.toThrow('no database here')
})

import { randomUUID } from 'node:crypto'
import { publishConfirmed } from './bench-queue'
import type { EventFixture } from './fixture'

/** Messages in flight: more brings nothing with RabbitMQ. */
const WINDOW = 1_000

/** Confirmed messages per second of amqplib alone: no database, no consumer. The measure of every outbox. */
export async function rawConfirms({ amqp }: EventFixture, count: number): Promise<number> {
  const queue = 'bench.raw'
  const channel = await amqp.createConfirmChannel()
  await channel.assertQueue(queue, { durable: true })
  let left = count
  const publishSome = async () => {
    while (left > 0) {
      left -= 1
      await publishConfirmed(channel, queue, randomUUID())
    }
  }
  const startedAt = performance.now()
  await Promise.all(Array.from({ length: WINDOW }, publishSome))
  const seconds = (performance.now() - startedAt) / 1000
  await channel.deleteQueue(queue)
  await channel.close()
  return count / seconds
}

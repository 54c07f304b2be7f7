import type { Channel } from 'amqplib'
import { EVENTS_EXCHANGE, QUEUE_BINDINGS, type QueueName, queueNames } from '../../core/ports/broker'
import { watchChannel } from './keep-channel'
import type { Connection } from './link'

/** Where messages of a queue go that were given up. */
export const deadQueueOf = (queue: QueueName): string => `${queue}.dead`

async function declare(channel: Channel, quorum: boolean): Promise<void> {
  const type = quorum ? { 'x-queue-type': 'quorum' } : {}
  await channel.assertExchange(EVENTS_EXCHANGE, 'topic', { durable: true })
  for (const queue of queueNames) {
    await channel.assertQueue(deadQueueOf(queue), { durable: true, arguments: type })
    await channel.assertQueue(queue, {
      durable: true,
      arguments: {
        ...type,
        // We put messages there ourselves, with the reason. This is for what the broker gives up by itself: messages
        // past a delivery limit or a length that an administrator has set.
        'x-dead-letter-exchange': '',
        'x-dead-letter-routing-key': deadQueueOf(queue),
      },
    })
    for (const pattern of QUEUE_BINDINGS[queue]) await channel.bindQueue(queue, EVENTS_EXCHANGE, pattern)
  }
}

/**
 * Declares the exchange, the queues with their dead-letter queues, and the bindings. Changes nothing where all is
 * there; rejects with the broker's 406 when something of that name is there that is not the same. Uses a channel of its
 * own, because an error closes it.
 */
export async function declareTopology(connection: Connection, quorum: boolean): Promise<void> {
  const { channel } = watchChannel(await connection.model.createChannel(), connection)
  await declare(channel, quorum)
  await channel.close()
}

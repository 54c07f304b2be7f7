import { type QueueDepth, type QueueName, queueNames } from '../../core/ports/broker'
import { watchChannel } from './keep-channel'
import type { Connection } from './link'
import { deadQueueOf } from './topology'

/** Depths of all queues that are there. Rejects when the broker cannot be asked. */
export async function readDepths(connection: Connection): Promise<QueueDepth[]> {
  const depths: QueueDepth[] = []
  for (const queue of queueNames) {
    const depth = await readDepth(connection, queue)
    if (depth) depths.push(depth)
  }
  return depths
}

// A channel for each: asking for a queue that is not there closes it.
async function readDepth(connection: Connection, queue: QueueName): Promise<QueueDepth | null> {
  const { channel, ended } = watchChannel(await connection.model.createChannel(), connection)
  try {
    const { messageCount, consumerCount } = await channel.checkQueue(queue)
    const dead = await channel.checkQueue(deadQueueOf(queue))
    await channel.close()
    return { queue, waiting: messageCount, dead: dead.messageCount, consumers: consumerCount }
  } catch (error) {
    if (ended()?.kind === 'channel') return null
    throw error
  }
}

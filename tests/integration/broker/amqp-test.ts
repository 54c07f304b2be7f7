import { connect } from 'amqplib'
import { type AmqpBrokerOptions, openAmqpBroker } from '@/server/adapters/amqp/amqp-broker'
import type { AmqpTimings } from '@/server/adapters/amqp/timings'
import type { Broker } from '@/server/core/ports/broker'

/** Retries without growing pauses, and limits that a busy machine keeps. */
export const testTimings: Partial<AmqpTimings> = {
  connectMs: 30_000,
  confirmMs: 30_000,
  closeMs: 2_000,
  retryDelayMs: () => 50,
  redeliveryDelayMs: () => 5,
}

/** The adapter on `url`, with timings for tests. */
export const openTestBroker = (url: string, options: Partial<AmqpBrokerOptions> = {}): Broker =>
  openAmqpBroker({
    url,
    quorumQueues: false,
    now: () => new Date(),
    random: Math.random,
    ...options,
    timings: { ...testTimings, ...options.timings },
  })

/** Does something with a plain connection beside the adapter's. */
export async function withChannel<T>(
  url: string,
  work: (channel: Awaited<ReturnType<Awaited<ReturnType<typeof connect>>['createConfirmChannel']>>) => Promise<T>,
): Promise<T> {
  const connection = await connect(url)
  try {
    const channel = await connection.createConfirmChannel()
    // The call that caused it rejects as well.
    channel.on('error', () => undefined)
    return await work(channel)
  } finally {
    await connection.close()
  }
}

/** All messages of a queue, left in it. */
export const peek = (url: string, queue: string) =>
  withChannel(url, async (channel) => {
    const messages = []
    // Not acknowledged: closing puts them back.
    for (let next = await channel.get(queue); next; next = await channel.get(queue)) messages.push(next)
    return messages
  })

import type { ChannelModel, ConfirmChannel } from 'amqplib'

/** Bytes of one message, about what an event of a runner takes in its envelope. */
export const MESSAGE_BYTES = 512

/** The message of an event: its id and filling, the same size for every contender. */
export const messageOf = (id: string): Buffer =>
  Buffer.from(JSON.stringify({ id, filling: 'x'.repeat(MESSAGE_BYTES - 60) }))

/** Publishes persistently and resolves when the broker has confirmed. */
export const publishConfirmed = (channel: ConfirmChannel, queue: string, id: string): Promise<void> =>
  new Promise((resolve, reject) => {
    channel.publish('', queue, messageOf(id), { persistent: true, messageId: id }, (error) =>
      error ? reject(error) : resolve(),
    )
  })

/** A fresh durable queue, and a consumer that tells each message's id once. */
export async function openBenchQueue(amqp: ChannelModel, name: string, seen: (id: string) => void) {
  const channel = await amqp.createChannel()
  await channel.assertQueue(name, { durable: true })
  await channel.purgeQueue(name)
  await channel.prefetch(1_000)
  await channel.consume(name, (message) => {
    if (!message) return
    channel.ack(message)
    seen(String(message.properties.messageId))
  })
  return { channel, close: () => channel.close() }
}

import { EVENTS_EXCHANGE } from '@/server/core/ports/broker'
import { createVhost } from '../../support/shared-rabbitmq'
import { openTestBroker, peek, withChannel } from './amqp-test'
import { describeBroker } from './broker-contract'

describeBroker('amqp', async () => {
  const vhost = await createVhost()
  return {
    broker: openTestBroker(vhost.url),
    unbindProjects: () =>
      withChannel(vhost.url, async (channel) => {
        await channel.unbindQueue('stratavore.daemon.events', EVENTS_EXCHANGE, '#')
      }),
    deadLetters: async (queue) => {
      const messages = await peek(vhost.url, `${queue}.dead`)
      return messages.map(({ properties, content }) => ({
        id: String(properties.messageId),
        body: content.toString(),
        reason: String(properties.headers?.['x-stratavore-reason']),
      }))
    },
    tearDown: () => vhost.drop(),
  }
})

import { openLocalBroker } from '@/server/adapters/local-broker/local-broker'
import { countDeadLetters, parkDeadLetter } from '@/server/services/event/park-dead-letter'
import { startServiceTest } from '../services/service-test'
import { describeBroker } from './broker-contract'

describeBroker('local', async () => {
  const test = await startServiceTest()
  const { ctx } = test
  return {
    broker: openLocalBroker({
      now: () => new Date(),
      park: (letter) => parkDeadLetter(ctx, letter),
      countParked: (queue) => countDeadLetters(ctx, queue),
      redeliveryDelayMs: () => 5,
    }),
    // No consumer of the queue that takes everything: that is enough here.
    unbindProjects: () => Promise.resolve(),
    deadLetters: async (queue) => {
      const rows = await ctx.db.prisma.deadLetter.findMany({ where: { queue } })
      return rows.map(({ messageId, body, reason }) => ({
        id: messageId,
        body: Buffer.from(body).toString(),
        reason,
      }))
    },
    tearDown: () => test.stop(),
  }
})

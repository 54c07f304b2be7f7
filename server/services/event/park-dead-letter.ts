import type { ServiceContext } from '../service-context'

/** A message that a queue's consumer gave up. */
export interface DeadLetter {
  queue: string
  messageId: string
  routingKey: string
  body: Buffer
  reason: string
}

/** A reason is for people; an error's text may be anything. */
const MAX_REASON_CHARS = 2_000

/** Keeps a message that was given up, once for each queue, however often it is given up. */
export async function parkDeadLetter(
  ctx: Pick<ServiceContext, 'db' | 'clock' | 'keys'>,
  letter: DeadLetter,
): Promise<void> {
  const { queue, messageId, routingKey, body, reason } = letter
  // Postgres' text holds no NUL.
  const text = ctx.keys.known.redact(reason).replaceAll('\0', '').slice(0, MAX_REASON_CHARS)
  await ctx.db.prisma.deadLetter.createMany({
    data: { queue, messageId, routingKey, body: Uint8Array.from(body), reason: text, createdAt: ctx.clock.now() },
    skipDuplicates: true,
  })
}

/** How many messages of a queue are kept. */
export const countDeadLetters = (ctx: Pick<ServiceContext, 'db'>, queue: string): Promise<number> =>
  ctx.db.prisma.deadLetter.count({ where: { queue } })

import type { z } from 'zod'
import type { notificationTestResult } from '@/contracts/notification/notification'
import { StratavoreError } from '../../core/errors'
import type { Notifier, NotifyResult } from '../../core/ports/notifier'
import type { ServiceContext } from '../service-context'
import { publicBase } from './outgoing'
import { recordTest } from './recorded-tests'

/** Tests go past the queue and its rate: no more than one in this time. */
const TEST_SPACING_MS = 5_000
/** When the notifiers were last tested (monotonic, ms); a process makes them once. */
const tested = new WeakMap<readonly Notifier[], number>()

const detailOf = (result: NotifyResult): string => (result.kind === 'sent' ? 'sent' : result.error)

/**
 * Sends a test through every channel that is set up, now and past the queue, and tells how it went. What arrives clears
 * the channel's last error. Throws `rate_limited` when the one before was a moment ago.
 */
export async function testChannels(
  ctx: Pick<ServiceContext, 'db' | 'notifiers' | 'settings' | 'clock' | 'actor'>,
  newId: () => string,
): Promise<z.output<typeof notificationTestResult>> {
  const last = tested.get(ctx.notifiers)
  const atMs = ctx.clock.monotonicMs()
  if (ctx.notifiers.length > 0 && last !== undefined && atMs - last < TEST_SPACING_MS) {
    const retryAfterS = Math.ceil((last + TEST_SPACING_MS - atMs) / 1000)
    throw new StratavoreError('rate_limited', 'A test was sent a moment ago.', {
      hint: `Try again in ${retryAfterS} s.`,
      retryAfterS,
    })
  }
  tested.set(ctx.notifiers, atMs)
  const click = `${publicBase(ctx.settings)}/settings`
  const results = await Promise.all(
    ctx.notifiers.map(async (notifier) => {
      const result = await notifier.send({
        id: newId(),
        thread: 'test',
        kind: 'test',
        topic: 'alerts',
        priority: 'default',
        title: 'Stratavore reaches you',
        message: `A test that ${ctx.actor.name} asked for. Runners that need you will show up like this.`,
        tags: ['white_check_mark'],
        click,
        actions: [{ kind: 'view', label: 'Open', url: click }],
        time: ctx.clock.now(),
      })
      if (result.kind === 'sent') await recordTest(ctx, notifier.channel)
      return { channel: notifier.channel, ok: result.kind === 'sent', detail: detailOf(result) }
    }),
  )
  return { results }
}

import type { z } from 'zod'
import type { notificationTestResult } from '@/contracts/notification/notification'
import type { NotifyResult } from '../../core/ports/notifier'
import type { ServiceContext } from '../service-context'
import { publicBase } from './outgoing'

const detailOf = (result: NotifyResult): string => (result.kind === 'sent' ? 'sent' : result.error)

/** Sends a test through every channel that is set up, now and past the queue, and tells how it went. */
export async function testChannels(
  ctx: Pick<ServiceContext, 'notifiers' | 'settings' | 'clock' | 'actor'>,
  newId: () => string,
): Promise<z.output<typeof notificationTestResult>> {
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
      return { channel: notifier.channel, ok: result.kind === 'sent', detail: detailOf(result) }
    }),
  )
  return { results }
}

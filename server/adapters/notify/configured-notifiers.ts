import type { Settings } from '@/config/settings'
import type { Clock } from '../../core/clock'
import type { Notifier } from '../../core/ports/notifier'
import { createNtfyNotifier } from './ntfy'
import { createWebhookNotifier } from './webhook'

/** A notifier for every channel that is set up. */
export function configuredNotifiers(settings: Settings, clock: Clock): Notifier[] {
  const {
    ntfyUrl,
    ntfyToken,
    ntfyStatusTopic,
    ntfyAlertsTopic,
    webhookUrl,
    webhookSecret,
    notifyNetworks: networks,
  } = settings
  const notifiers: Notifier[] = []
  if (ntfyUrl !== undefined) {
    const topics = { status: ntfyStatusTopic, alerts: ntfyAlertsTopic }
    notifiers.push(createNtfyNotifier({ url: ntfyUrl, token: ntfyToken, topics, networks }))
  }
  if (webhookUrl !== undefined && webhookSecret !== undefined) {
    notifiers.push(createWebhookNotifier({ url: webhookUrl, secret: webhookSecret, now: clock.now, networks }))
  }
  return notifiers
}

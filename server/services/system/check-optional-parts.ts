import { openUrl } from '@/config/base-url'
import type { Settings } from '@/config/settings'
import type { NotificationChannel, NotificationChannelStatus } from '@/contracts/notification/notification'
import type { HealthCheck } from '@/contracts/system/system'
import { checkExposure } from './check-exposure'
import { healthy, switchedOff, unhealthy } from './health-check'

/** A channel of notifications: what is not set up is off, and what could not be sent last is told with why. */
export function checkChannel(
  settings: Pick<Settings, 'ntfyUrl' | 'webhookUrl'>,
  { channel, configured, hint, pending, lastError }: NotificationChannelStatus,
): HealthCheck {
  if (!configured) return switchedOff(channel, 'off', hint ?? '')
  // Never more of an address than its host: the rest may let others send there.
  const addresses: Record<NotificationChannel, string | undefined> = {
    ntfy: settings.ntfyUrl,
    webhook: settings.webhookUrl,
  }
  const address = addresses[channel]
  const where = `notifications go to ${address === undefined ? channel : new URL(address).host}`
  if (lastError === null) return healthy(channel, where)
  return unhealthy(
    channel,
    `${where}; ${pending} wait; the last one failed: ${lastError}`,
    'Try: stratavore notify test.',
  )
}

type OptionalSettings = Pick<
  Settings,
  'host' | 'port' | 'metricsPort' | 'publicUrl' | 'tlsCert' | 'trustedProxies' | 'allowPlainHttp'
>

/** What works when it is set up and is missed by nobody else. */
export function checkOptionalParts(settings: OptionalSettings): HealthCheck[] {
  const { publicUrl } = settings
  return [
    publicUrl === undefined
      ? switchedOff(
          'public address',
          `links of notifications lead to ${openUrl(settings)}, which only this machine opens`,
          'STRATAVORE_PUBLIC_URL=https://... is the address under which your phone reaches the dashboard.',
        )
      : healthy('public address', new URL(publicUrl).origin),
    ...checkExposure(settings),
  ]
}

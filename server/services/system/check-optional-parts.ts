import { baseUrl } from '@/config/base-url'
import type { Settings } from '@/config/settings'
import type { HealthCheck } from '@/contracts/system/system'
import { healthy, switchedOff } from './health-check'

type OptionalSettings = Pick<
  Settings,
  'host' | 'port' | 'metricsPort' | 'publicUrl' | 'ntfyUrl' | 'webhookUrl' | 'webhookSecret'
>

/** What works when it is set up and is missed by nobody else. Never shows more of an address than its host. */
export function checkOptionalParts(settings: OptionalSettings): HealthCheck[] {
  const { host, port, metricsPort, publicUrl, ntfyUrl, webhookUrl, webhookSecret } = settings
  return [
    ntfyUrl === undefined
      ? switchedOff('ntfy', 'off', 'NTFY_URL=https://ntfy.sh, and topics nobody guesses: see docs/notifications.md.')
      : healthy('ntfy', `notifications go to ${new URL(ntfyUrl).host}`),
    webhookUrl === undefined || webhookSecret === undefined
      ? switchedOff(
          'webhook',
          'off',
          'STRATAVORE_WEBHOOK_URL and STRATAVORE_WEBHOOK_SECRET: see docs/notifications.md.',
        )
      : healthy('webhook', `notifications go to ${new URL(webhookUrl).host}`),
    publicUrl === undefined
      ? switchedOff(
          'public address',
          `links of notifications lead to ${baseUrl(host, port)}, which only this machine opens`,
          'STRATAVORE_PUBLIC_URL=https://... is the address under which your phone reaches the dashboard.',
        )
      : healthy('public address', new URL(publicUrl).origin),
    healthy(
      'metrics',
      `${baseUrl(host, metricsPort)}/metrics`,
      'Prometheus and Grafana with alerts and dashboards: docker compose --profile monitoring up -d.',
    ),
  ]
}

import { baseUrl, isLoopbackHost, localHost, openUrl } from '@/config/base-url'
import type { Settings } from '@/config/settings'
import type { HealthCheck } from '@/contracts/system/system'
import { healthy, unhealthy } from './health-check'

type Exposure = Pick<
  Settings,
  'host' | 'port' | 'metricsPort' | 'tlsCert' | 'trustedProxies' | 'allowPlainHttp' | 'publicUrl'
>

/** What of Stratavore can be reached, from where, and how it is protected. */
export function checkExposure(settings: Exposure): HealthCheck[] {
  const { host, port, metricsPort, tlsCert, trustedProxies, allowPlainHttp, publicUrl } = settings
  const outside = !isLoopbackHost(host)
  const from = outside ? 'other machines reach it' : 'only this machine reaches it'
  const by = [
    tlsCert === undefined ? [] : ['TLS with its own certificate'],
    trustedProxies.length === 0 ? [] : [`the proxies ${trustedProxies.join(', ')}, which are believed`],
    publicUrl === undefined ? [] : [`also as ${new URL(publicUrl).host}`],
  ].flat()
  const where = `listens on ${host}, port ${port}: ${from}${by.length === 0 ? '' : `; ${by.join('; ')}`}`
  return [
    allowPlainHttp
      ? unhealthy(
          'open to',
          `${where}; STRATAVORE_ALLOW_PLAIN_HTTP: without TLS too, so that whoever is on the way reads and types along`,
          'Set up TLS and take this setting away: docs/exposing.md.',
        )
      : healthy('open to', where),
    healthy(
      'metrics',
      `${baseUrl(localHost(settings), metricsPort)}/metrics, for this machine only and without signing in; others scrape ${openUrl(settings)}/metrics with a token`,
      'Prometheus and Grafana with alerts and dashboards: docker compose --profile monitoring up -d.',
    ),
  ]
}

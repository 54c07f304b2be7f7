import { localHost } from '@/config/base-url'
import { type Settings, settingDefinition } from '@/config/settings'
import type { NeededPort } from './ports'

/** The ports these settings need. */
export function neededPorts(settings: Settings): NeededPort[] {
  const { host } = settings
  return [
    { purpose: 'the dashboard', host, port: settings.port, flag: 'port', env: settingDefinition('port').env },
    {
      purpose: 'the metrics',
      host: localHost(settings),
      port: settings.metricsPort,
      flag: 'metrics-port',
      env: settingDefinition('metricsPort').env,
    },
  ]
}

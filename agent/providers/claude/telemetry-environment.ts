import { join } from 'node:path'
import { z } from 'zod'
import { readSmallRegular } from '../../place/read-small'
import type { Integration } from '../provider'
import { claudeDirectory } from './claude-directory'

/** A project's settings are written by whoever writes there, a program too. */
const MAX_SETTINGS_BYTES = 1024 * 1024

const isTelemetryName = (name: string): boolean =>
  name === 'CLAUDE_CODE_ENABLE_TELEMETRY' || name.startsWith('OTEL_EXPORTER_OTLP_') || /^OTEL_\w+_EXPORTER$/.test(name)

const settings = z.object({ env: z.record(z.string(), z.unknown()).optional() })

/** Variables that a settings file of the user's sets for the program; none for a file that is absent or broken. */
async function namesSetIn(path: string): Promise<string[]> {
  try {
    return Object.keys(settings.parse(JSON.parse((await readSmallRegular(path, MAX_SETTINGS_BYTES)) ?? '')).env ?? {})
  } catch {
    return []
  }
}

/**
 * Has the program report its requests to the agent. Empty when the user has telemetry of their own, in the environment
 * or in the program's settings: theirs stays as it is.
 */
export async function telemetryEnvironment(
  { telemetryUrl, secret, runnerId, epoch }: Integration,
  env: Readonly<Record<string, string>>,
  cwd: string,
): Promise<Record<string, string>> {
  const files = [
    join(claudeDirectory(env), 'settings.json'),
    join(cwd, '.claude', 'settings.json'),
    join(cwd, '.claude', 'settings.local.json'),
  ]
  const names = [...Object.keys(env), ...(await Promise.all(files.map(namesSetIn))).flat()]
  if (names.some(isTelemetryName)) return {}
  const attributes = `stratavore.runner=${runnerId},stratavore.epoch=${epoch}`
  return {
    CLAUDE_CODE_ENABLE_TELEMETRY: '1',
    OTEL_LOGS_EXPORTER: 'otlp',
    OTEL_METRICS_EXPORTER: 'otlp',
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_EXPORTER_OTLP_ENDPOINT: telemetryUrl,
    OTEL_EXPORTER_OTLP_HEADERS: `x-stratavore-secret=${secret}`,
    OTEL_LOGS_EXPORT_INTERVAL: '1000',
    OTEL_METRIC_EXPORT_INTERVAL: '1000',
    OTEL_RESOURCE_ATTRIBUTES: [env.OTEL_RESOURCE_ATTRIBUTES, attributes].filter(Boolean).join(','),
  }
}

import type { z } from 'zod'
import { DEFAULT_RUNNER_QUOTA } from '@/contracts/quota/quota'
import { logLevel } from './log-level'
import {
  absoluteDirectory,
  amqpUrl,
  baseHttpUrl,
  directoryList,
  httpUrl,
  loopbackHost,
  ntfyServerUrl,
  ntfyTopic,
  portNumber,
  postgresUrl,
  secretText,
  webhookSecret,
  wholeNumber,
  yesOrNo,
} from './setting-schemas'

/** What one setting is: everything that reads, prints or documents settings is made from these. */
interface SettingDefinition {
  /** The environment variable. */
  env: string
  /** The flag of `stratavore up`, without dashes; null where there is none. */
  flag: string | null
  /** Reads text (flag, variable) and YAML values alike. */
  schema: z.ZodType
  /** Used when nobody sets it, read by `schema` too; undefined means it may stay unset. */
  fallback?: string | number | readonly string[]
  /** Never printed. */
  secret?: true
  /** May stand in `stratavore.yaml`; the home cannot, because the file is in it. */
  inFile?: false
  description: string
}

/**
 * Every setting of Stratavore, under its name in `stratavore.yaml`. The only such list: the parser, `stratavore config
 * show`, the flags of `stratavore up` and docs/configuration.md are all made from it.
 */
export const settingDefinitions = {
  home: {
    env: 'STRATAVORE_HOME',
    flag: 'home',
    schema: absoluteDirectory,
    fallback: '~/.local/share/stratavore',
    inFile: false,
    description: 'Directory of this installation: database, keys, logs and records. Created with mode 0700.',
  },
  host: {
    env: 'STRATAVORE_HOST',
    flag: 'host',
    schema: loopbackHost,
    fallback: '127.0.0.1',
    description: 'Address the dashboard and the API listen on. Loopback addresses only.',
  },
  port: {
    env: 'STRATAVORE_PORT',
    flag: 'port',
    schema: portNumber,
    fallback: 7717,
    description: 'Port of the dashboard and the API.',
  },
  metricsPort: {
    env: 'STRATAVORE_METRICS_PORT',
    flag: 'metrics-port',
    schema: portNumber,
    fallback: 9091,
    description: 'Port of the Prometheus metrics, on the same address.',
  },
  databaseUrl: {
    env: 'DATABASE_URL',
    flag: null,
    schema: postgresUrl,
    secret: true,
    description: 'Postgres to use. Without it an embedded Postgres runs in the home.',
  },
  amqpUrl: {
    env: 'AMQP_URL',
    flag: null,
    schema: amqpUrl,
    secret: true,
    description: 'RabbitMQ to publish events to. Without it events go to the same consumers in process.',
  },
  amqpQuorumQueues: {
    env: 'AMQP_QUORUM_QUEUES',
    flag: null,
    schema: yesOrNo,
    fallback: 'false',
    description: 'Declare quorum queues (replicated, for a RabbitMQ cluster) instead of classic ones.',
  },
  eventMaxAttempts: {
    env: 'STRATAVORE_EVENT_MAX_ATTEMPTS',
    flag: null,
    schema: wholeNumber(1, 1_000),
    fallback: 12,
    description: 'Times an event is refused by the broker before it is parked as dead.',
  },
  eventRetentionDays: {
    env: 'STRATAVORE_EVENT_RETENTION_DAYS',
    flag: null,
    schema: wholeNumber(1, 36_500),
    fallback: 90,
    description: 'Days that delivered events are kept. The audit log is kept for ever.',
  },
  publicUrl: {
    env: 'STRATAVORE_PUBLIC_URL',
    flag: null,
    schema: baseHttpUrl,
    description:
      'Address under which your phone reaches the dashboard (a VPN, a tunnel): links and buttons of notifications lead there. Default: the address it listens on.',
  },
  ntfyUrl: {
    env: 'NTFY_URL',
    flag: null,
    schema: ntfyServerUrl,
    description: 'ntfy server that notifications go to, e.g. https://ntfy.sh. Without it none are sent there.',
  },
  ntfyToken: {
    env: 'NTFY_TOKEN',
    flag: null,
    schema: secretText(8),
    secret: true,
    description: 'Access token of that ntfy server.',
  },
  ntfyStatusTopic: {
    env: 'NTFY_STATUS_TOPIC',
    flag: null,
    schema: ntfyTopic,
    fallback: 'stratavore-status',
    description: 'ntfy topic of what happens. On a public server choose a name nobody guesses.',
  },
  ntfyAlertsTopic: {
    env: 'NTFY_ALERTS_TOPIC',
    flag: null,
    schema: ntfyTopic,
    fallback: 'stratavore-alerts',
    description: 'ntfy topic of what needs a human.',
  },
  webhookUrl: {
    env: 'STRATAVORE_WEBHOOK_URL',
    flag: null,
    schema: httpUrl,
    secret: true,
    description: 'Address that notifications are sent to as signed JSON (Standard Webhooks).',
  },
  webhookSecret: {
    env: 'STRATAVORE_WEBHOOK_SECRET',
    flag: null,
    schema: webhookSecret,
    secret: true,
    description: 'Signs webhooks: whsec_ and at least 24 random bytes in base64. Needed with a webhook address.',
  },
  projectRoots: {
    env: 'STRATAVORE_PROJECT_ROOTS',
    flag: null,
    schema: directoryList,
    fallback: ['/'],
    description: 'Directories that projects may lie in, after symbolic links are resolved.',
  },
  logLevel: {
    env: 'STRATAVORE_LOG_LEVEL',
    flag: null,
    schema: logLevel,
    fallback: 'info',
    description: 'Least severe level that is logged: trace, debug, info, warn, error, fatal or silent.',
  },
  runnerQuota: {
    env: 'STRATAVORE_RUNNER_QUOTA',
    flag: null,
    schema: wholeNumber(0, 10_000),
    fallback: DEFAULT_RUNNER_QUOTA,
    description: 'Concurrent runners of a project that has no quota of its own.',
  },
  heartbeatTtlSeconds: {
    env: 'STRATAVORE_HEARTBEAT_TTL_SECONDS',
    flag: null,
    schema: wholeNumber(1, 3600),
    fallback: 30,
    description: 'Seconds without a heartbeat after which a runner is lost.',
  },
  lostTimeoutHours: {
    env: 'STRATAVORE_LOST_TIMEOUT_HOURS',
    flag: null,
    schema: wholeNumber(1, 8_760),
    fallback: 24,
    description:
      'Hours after which a lost runner whose agent stays silent is given up: it fails, and its slot and session are free. Time in which the daemon could not hear does not count.',
  },
  reconcileIntervalSeconds: {
    env: 'STRATAVORE_RECONCILE_INTERVAL_SECONDS',
    flag: null,
    schema: wholeNumber(1, 3600),
    fallback: 30,
    description: 'Seconds between two comparisons of what should run with what runs.',
  },
} as const satisfies Record<string, SettingDefinition>

type Definitions = typeof settingDefinitions
export type SettingName = keyof Definitions

type Value<Name extends SettingName> = z.output<Definitions[Name]['schema']>
type Optional = { [Name in SettingName]: Definitions[Name] extends { fallback: unknown } ? never : Name }[SettingName]

/** The settings of one process, complete and checked. */
export type Settings = { readonly [Name in Exclude<SettingName, Optional>]: Value<Name> } & {
  readonly [Name in Optional]?: Value<Name>
}

/** Where a setting's value came from. */
export type SettingSource = 'flag' | 'environment' | 'file' | 'default'

/** All names, in the order of the table. */
export const settingNames = Object.keys(settingDefinitions) as SettingName[]

/** The definition of one setting, with its optional parts visible to the type checker. */
export const settingDefinition = (name: SettingName): SettingDefinition => settingDefinitions[name]

import { z } from 'zod'
import { plainLine } from '@/contracts/primitives'
import { DEFAULT_RUNNER_QUOTA } from '@/contracts/quota/quota'
import { logLevel } from './log-level'
import { networkList } from './network-list'
import {
  absoluteDirectory,
  allowedIdentities,
  amqpUrl,
  baseHttpUrl,
  directoryList,
  hostNames,
  httpUrl,
  issuerUrl,
  listenAddress,
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
  /** Between the parts of a list that is written as one text; a colon where nothing else is said. */
  separator?: string
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
    schema: listenAddress,
    fallback: '127.0.0.1',
    description:
      'Address the dashboard and the API listen on; 0.0.0.0 is all of them. Beyond this machine only with TLS: see docs/exposing.md.',
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
    description: 'Port of the Prometheus metrics. They are served to this machine only.',
  },
  tlsCert: {
    env: 'STRATAVORE_TLS_CERT',
    flag: null,
    schema: absoluteDirectory,
    description: 'Certificate (PEM, with its chain) of the dashboard and the API. Read again when it changes.',
  },
  tlsKey: {
    env: 'STRATAVORE_TLS_KEY',
    flag: null,
    schema: absoluteDirectory,
    description: 'Private key of that certificate (PEM).',
  },
  trustedProxies: {
    env: 'STRATAVORE_TRUSTED_PROXIES',
    flag: null,
    schema: networkList,
    fallback: [],
    separator: ',',
    description:
      'Addresses or networks of your reverse proxies. What they say of a client (X-Forwarded-For, -Proto, -Host) is believed; nobody else is.',
  },
  allowPlainHttp: {
    env: 'STRATAVORE_ALLOW_PLAIN_HTTP',
    flag: null,
    schema: yesOrNo,
    fallback: 'false',
    description:
      'Serve other machines without TLS. Whoever is on the way reads and types along: for a network that encrypts by itself only. Said at every start.',
  },
  agentPort: {
    env: 'STRATAVORE_AGENT_PORT',
    flag: 'agent-port',
    schema: portNumber,
    description: 'Port that agents of other machines connect to, by TLS with certificates. Unset: none may.',
  },
  agentHost: {
    env: 'STRATAVORE_AGENT_HOST',
    flag: 'agent-host',
    schema: listenAddress,
    fallback: '0.0.0.0',
    description: 'Address that the port for agents listens on.',
  },
  agentNames: {
    env: 'STRATAVORE_AGENT_NAMES',
    flag: 'agent-names',
    schema: hostNames,
    description:
      "Names and addresses under which other machines reach the port for agents, the one to use first. Default: this machine's host name, localhost, 127.0.0.1 and the address it listens on.",
  },
  agentCertificateHours: {
    env: 'STRATAVORE_AGENT_CERTIFICATE_HOURS',
    flag: null,
    schema: wholeNumber(1, 8_760),
    fallback: 168,
    description: 'Hours that the certificate of a remote agent is valid. It renews it by itself after two thirds.',
  },
  sessionIdleHours: {
    env: 'STRATAVORE_SESSION_IDLE_HOURS',
    flag: null,
    schema: wholeNumber(1, 8_760),
    fallback: 168,
    description: 'Hours without a request after which a browser is signed out. An open page asks all the time.',
  },
  sessionMaxHours: {
    env: 'STRATAVORE_SESSION_MAX_HOURS',
    flag: null,
    schema: wholeNumber(1, 8_760),
    fallback: 720,
    description: 'Hours after which a browser is signed out, however much it is used.',
  },
  oidcIssuer: {
    env: 'STRATAVORE_OIDC_ISSUER',
    flag: null,
    schema: issuerUrl,
    description: 'Issuer of an OpenID Connect provider that users may sign in with. See [sign-in.md](sign-in.md).',
  },
  oidcClientId: {
    env: 'STRATAVORE_OIDC_CLIENT_ID',
    flag: null,
    schema: secretText(1),
    description: 'Client id that the provider gave to this installation.',
  },
  oidcClientSecret: {
    env: 'STRATAVORE_OIDC_CLIENT_SECRET',
    flag: null,
    schema: secretText(8),
    secret: true,
    description: 'Its client secret; without one it is a public client.',
  },
  oidcClientSecretFile: {
    env: 'STRATAVORE_OIDC_CLIENT_SECRET_FILE',
    flag: null,
    schema: absoluteDirectory,
    description: 'File that holds the client secret instead.',
  },
  oidcName: {
    env: 'STRATAVORE_OIDC_NAME',
    flag: null,
    schema: plainLine(40),
    fallback: 'single sign-on',
    description: 'What the provider is called on the login page.',
  },
  oidcAllowed: {
    env: 'STRATAVORE_OIDC_ALLOWED',
    flag: null,
    schema: allowedIdentities,
    fallback: [],
    description:
      'Who of the provider becomes a new user here: verified e-mail addresses, `@domain`, `sub:subject`. Known users sign in all the same.',
  },
  oidcNewRole: {
    env: 'STRATAVORE_OIDC_NEW_ROLE',
    flag: null,
    schema: z.enum(['operator', 'viewer'], 'must be operator or viewer'),
    fallback: 'viewer',
    description: 'Role of such a new user: `viewer` or `operator`. What they see, an owner grants.',
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
  pricesFile: {
    env: 'STRATAVORE_PRICES_FILE',
    flag: null,
    schema: absoluteDirectory,
    description:
      'JSON file with prices of models, over the built-in ones. Unset, `prices.json` in the home where it is.',
  },
  eventRetentionDays: {
    env: 'STRATAVORE_EVENT_RETENTION_DAYS',
    flag: null,
    schema: wholeNumber(1, 36_500),
    fallback: 90,
    description: 'Days that delivered events are kept.',
  },
  auditRetentionDays: {
    env: 'STRATAVORE_AUDIT_RETENTION_DAYS',
    flag: null,
    schema: wholeNumber(1, 36_500),
    description:
      'Days that audit rows are kept; what is dropped leaves a signed checkpoint. Unset, they are kept for ever.',
  },
  auditAnchorFile: {
    env: 'STRATAVORE_AUDIT_ANCHOR_FILE',
    flag: null,
    schema: absoluteDirectory,
    description:
      'File that the end of the audit chain is appended to, as a JSON line; `stratavore audit verify` compares with it. Best on another machine or append-only.',
  },
  auditAnchorUrl: {
    env: 'STRATAVORE_AUDIT_ANCHOR_URL',
    flag: null,
    schema: httpUrl,
    secret: true,
    description: 'Address that the same line is posted to, e.g. of a log collector.',
  },
  auditAnchorMinutes: {
    env: 'STRATAVORE_AUDIT_ANCHOR_MINUTES',
    flag: null,
    schema: wholeNumber(1, 10_080),
    fallback: 10,
    description: 'Minutes after which the end is told, where it has changed.',
  },
  auditAnchorRows: {
    env: 'STRATAVORE_AUDIT_ANCHOR_ROWS',
    flag: null,
    schema: wholeNumber(1, 1_000_000),
    fallback: 1_000,
    description: 'Rows after which it is told earlier than that.',
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
  notifyNetworks: {
    env: 'STRATAVORE_NOTIFY_NETWORKS',
    flag: null,
    schema: networkList,
    fallback: [],
    separator: ',',
    description:
      'Private or loopback addresses and networks that notifications may go to, e.g. 127.0.0.0/8 for an ntfy of this machine. All others are refused; link-local ones always.',
  },
  projectRoots: {
    env: 'STRATAVORE_PROJECT_ROOTS',
    flag: null,
    schema: directoryList,
    fallback: ['/'],
    description: 'Directories that projects may lie in, after symbolic links are resolved.',
  },
  recordingRunnerMb: {
    env: 'STRATAVORE_RECORDING_RUNNER_MB',
    flag: null,
    schema: wholeNumber(1, 1_000_000),
    fallback: 64,
    description: 'Megabytes, compressed, that the recordings of one runner may take. The oldest part goes first.',
  },
  recordingTotalMb: {
    env: 'STRATAVORE_RECORDING_TOTAL_MB',
    flag: null,
    schema: wholeNumber(1, 100_000_000),
    fallback: 4096,
    description: 'Megabytes that all recordings of a node may take.',
  },
  recordingDays: {
    env: 'STRATAVORE_RECORDING_DAYS',
    flag: null,
    schema: wholeNumber(1, 36_500),
    fallback: 30,
    description: 'Days that recordings are kept, and the output logs of runners that have ended.',
  },
  parkScreensSeconds: {
    env: 'STRATAVORE_PARK_SCREENS_SECONDS',
    flag: null,
    schema: wholeNumber(1, 86_400),
    fallback: 60,
    description:
      'Seconds after which a screen that nobody looks at and that prints nothing is kept compressed. Less saves memory; the next look takes some milliseconds longer.',
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

/** A setting's value as one text: as its variable, and as it is shown. */
export const settingText = (name: SettingName, value: unknown): string =>
  [value]
    .flat()
    .map(String)
    .join(settingDefinition(name).separator ?? ':')

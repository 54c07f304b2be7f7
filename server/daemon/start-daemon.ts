import { createServer } from 'node:http'
import type { Logger } from 'pino'
import { localHost } from '@/config/base-url'
import { homePaths } from '@/config/paths'
import type { Settings } from '@/config/settings'
import type { KnownValues } from '@/contracts/redaction/known-values'
import { DAEMON_CONSUMER } from '../consumers/daemon-events'
import { METRICS_CONSUMER } from '../consumers/metrics/metrics-consumer'
import { NOTIFICATION_CONSUMER } from '../consumers/notifications/notification-consumer'
import { FULL_ACCESS } from '../core/access/access'
import { DAEMON_ACTOR } from '../core/actor'
import { systemClock } from '../core/clock'
import { CONTROL_PATH } from '../core/control/control-protocol'
import type { ReachFailpoint } from '../core/failpoint'
import { openDatabase } from '../db/database'
import { createControlHandler } from '../gateways/control/control-gateway'
import { createDaemonMetrics } from '../metrics/daemon-metrics'
import { readInstallationKeys, readKeyFile } from '../services/installation/installation-keys'
import { learnProjectSecrets } from '../services/project/project-variables'
import { withStoredSecrets } from '../services/secret/stored-secrets'
import { createDaemonControl } from './daemon-control'
import { type Leading, lead } from './lead'
import { startLeadership } from './leadership'
import { listenOnSocket } from './listen-on-socket'
import { serveMetrics } from './metrics-server'

export interface DaemonOptions {
  settings: Settings & { databaseUrl: string }
  agentScript: string
  agentEnv: NodeJS.ProcessEnv
  log: Logger
  /** Secrets that must be in nothing it stores, tells or logs. */
  known: KnownValues
  /** Set in tests only. */
  failpoint: ReachFailpoint | undefined
  /** A line for whoever started this daemon: it waits as a standby, or leads now after all. */
  notice(message: string): void
  /** It cannot go on and should be started anew: another daemon leads, or its start as the leader failed. */
  over(reason: string): void
}

export interface Daemon {
  /** For the start-up line. */
  detail: string
  /** Stops taking work, writes what is held, closes. Agents and runners live on unless `stopRunners`. */
  stop(options: { stopRunners: boolean }): Promise<void>
}

/**
 * Starts the daemon's shell (its socket, its metrics) and, once it leads, everything else. Resolves when it leads or
 * knows that it is a standby. Throws when its socket or metrics port is taken, its keys are missing or the database does
 * not answer.
 */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  const { log } = options
  const paths = homePaths(options.settings.home)
  const keys = await readInstallationKeys(paths, options.known)
  const controlKey = await readKeyFile(paths.controlKey)
  const db = openDatabase(options.settings.databaseUrl, (error) =>
    log.warn({ err: error }, 'a database connection was lost'),
  )
  const settings = await withStoredSecrets({ db, keys }, options.settings)
  await learnProjectSecrets({ db, keys })
  let leading: Leading | null = null
  const metrics = createDaemonMetrics({
    db,
    clock: systemClock,
    consumers: [DAEMON_CONSUMER, METRICS_CONSUMER, NOTIFICATION_CONSUMER],
    // A standby has neither agents nor a broker.
    broker: () => leading?.broker ?? null,
    agentsConnected: () => leading?.agentsConnected() ?? 0,
    terminalViewers: () => leading?.terminalViewers() ?? 0,
    leads: () => leadership.state() === 'leading',
    onReadFailure: (of, error) => log.warn({ err: error }, `figures of the ${of} could not be read`),
  })
  let starting: Promise<void> = Promise.resolve()
  let stopping = false

  let settled: (how: 'leading' | 'standby') => void = () => undefined
  const first = new Promise<'leading' | 'standby'>((resolve) => {
    settled = resolve
  })

  const control = createControlHandler(
    controlKey,
    createDaemonControl({
      startedAt: systemClock.now(),
      metrics,
      leading: () => leading,
      leadership: () => leadership,
      brokerKind: settings.amqpUrl === undefined ? 'local' : 'amqp',
    }),
    log,
  )
  const http = createServer((request, response) => {
    // Before it is known which of the two this daemon is, neither answer would be true.
    if (request.url?.startsWith(CONTROL_PATH)) void first.then(() => control(request, response))
    else response.writeHead(404).end()
  })
  await listenOnSocket(http, paths.daemonSocket)
  const { contentType, render } = metrics
  const { metricsPort: port } = settings
  const metricsServer = await serveMetrics({ host: localHost(settings), port, contentType, render, log })

  const begin = async (): Promise<void> => {
    const ctx = {
      db,
      actor: DAEMON_ACTOR,
      access: FULL_ACCESS,
      requestId: null,
      clock: systemClock,
      settings,
      keys,
      fence: leadership,
      failpoint: options.failpoint,
    }
    const leads = () => leadership.state() === 'leading'
    leading = await lead({ ...options, settings, ctx, paths, http, metrics, leads })
  }
  let waited = false
  const leadership = startLeadership(settings.databaseUrl, systemClock.now, {
    standby: (leader) => {
      waited = true
      log.warn({ leader }, 'another daemon leads; waiting as a standby')
      settled('standby')
    },
    leading: (epoch) => {
      log.info({ epoch: String(epoch) }, 'leads')
      starting = begin().then(
        () => {
          if (waited) options.notice(`leads now (pid ${process.pid}, epoch ${epoch})`)
          settled('leading')
        },
        (error: unknown) => {
          log.error({ err: error }, 'the daemon cannot work')
          if (!stopping) options.over('it leads but cannot work')
        },
      )
    },
    suspended: (error) =>
      log.warn({ err: error }, 'the session that holds the lead is lost; nothing is done until it is back'),
    regained: (epoch) => {
      log.warn({ epoch: String(epoch) }, 'leads again')
      leading?.regained().catch((error: unknown) => log.error({ err: error }, 'cannot catch up'))
    },
    superseded: (leader) => {
      log.error({ leader }, 'another daemon leads now; this one starts anew as a standby')
      options.over('another daemon leads')
    },
    unreachable: (error) => log.warn({ err: error }, 'the database cannot be asked who leads'),
  })
  const role = await first

  const leader = leadership.lease()
  return {
    detail:
      role === 'leading'
        ? `pid ${process.pid}, metrics on port ${port}`
        : `pid ${process.pid}, standby: pid ${leader?.pid} on ${leader?.hostname} leads`,
    stop: async ({ stopRunners }) => {
      stopping = true
      await starting
      metricsServer.close()
      metricsServer.closeAllConnections()
      if (leading) await leading.stop({ stopRunners })
      else http.close()
      await leadership.stop()
      await db.close()
    },
  }
}

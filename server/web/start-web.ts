import next from 'next'
import type { Logger } from 'pino'
import { isLoopbackHost, isWildcardHost, localHost, openUrl } from '@/config/base-url'
import { homePaths } from '@/config/paths'
import type { Settings } from '@/config/settings'
import type { KnownValues } from '@/contracts/redaction/known-values'
import { homeProof } from '@/platform/home-proof'
import { createDaemonLink } from '../adapters/daemon-link/daemon-link'
import { configuredNotifiers } from '../adapters/notify/configured-notifiers'
import { createOidcProvider } from '../adapters/oidc/oidc-provider'
import { systemClock } from '../core/clock'
import type { ReachFailpoint } from '../core/failpoint'
import { createLimits } from '../core/limits'
import { openDatabase } from '../db/database'
import { databaseKind } from '../db/database-kind'
import { EVENTS_CHANNEL, LIVE_CHANNEL, listen } from '../db/listen'
import { lastEventSeq, readEventsAfter } from '../services/event/read-events'
import { validCredentials } from '../services/identity/valid-credentials'
import { readInstallationKeys, readKeyFile } from '../services/installation/installation-keys'
import { learnProjectSecrets } from '../services/project/project-variables'
import { readLiveDetails } from '../services/runner/read-live-details'
import { withStoredSecrets } from '../services/secret/stored-secrets'
import { createNewsBell, type EventFeed } from '../trpc/event-feed'
import { createLiveDetails } from '../trpc/live-details'
import { createApiHandler, type Identities } from './api-handler'
import { createDaemonTunnel } from './daemon-tunnel'
import { watchLiveConnections } from './live-connections'
import { startPublicServer } from './public-server'
import { createRequestHandler } from './request-handler'

/** Requests under way get this long; then they are cut, and their callers try again. */
const DRAIN_MS = 4_000

export interface WebOptions {
  settings: Settings & { databaseUrl: string }
  /** The checkout: where `.next` and `app` are. */
  rootDir: string
  dev: boolean
  log: Logger
  /** Secrets that must be in nothing it stores, tells or logs. */
  known: KnownValues
  /** Set in tests only. */
  failpoint: ReachFailpoint | undefined
}

/** Wires and starts the web process on its one public port. Throws when the port is taken or keys are missing. */
export async function startWeb({
  settings: given,
  rootDir,
  dev,
  log,
  known,
  failpoint,
}: WebOptions): Promise<{ stop(): Promise<void> }> {
  const paths = homePaths(given.home)
  const keys = await readInstallationKeys(paths, known)
  const db = openDatabase(given.databaseUrl, (error) => log.warn({ err: error }, 'a database connection was lost'))
  const settings = await withStoredSecrets({ db, keys }, given)
  await learnProjectSecrets({ db, keys })
  const controlKey = await readKeyFile(paths.controlKey)
  const services = {
    db,
    requestId: null,
    clock: systemClock,
    settings,
    keys,
    failpoint,
    daemon: createDaemonLink(paths.daemonSocket, controlKey),
    // For the tests a user asks for; what happens is told by the daemon.
    notifiers: configuredNotifiers(settings, systemClock),
    databaseKind: await databaseKind(settings.databaseUrl, paths.postgresDir),
  }
  const bell = createNewsBell()
  const details = createLiveDetails({
    read: (ids) => readLiveDetails({ db }, ids),
    failed: (error) => log.warn({ err: error }, 'what runners do could not be read for open pages'),
  })
  const listener = listen(settings.databaseUrl, [EVENTS_CHANNEL, LIVE_CHANNEL], {
    onNotify: (channel, payload) => (channel === LIVE_CHANNEL ? details.notify(payload) : bell.notify()),
    onConnect: bell.notify,
    onError: (error) => log.warn({ err: error }, 'not listening to the database'),
  })
  const events: EventFeed = {
    lastSeq: () => lastEventSeq({ db }),
    after: (seq, limit) => readEventsAfter({ db }, seq, limit),
    changed: bell.next,
  }

  const app = next({ dev, dir: rootDir, hostname: settings.host, port: settings.port })
  await app.prepare()
  const identities: Identities = new WeakMap()
  const limits = createLimits()
  const origin = openUrl(settings)
  const api = createApiHandler({ services, events, details, identities, origin, limits, log })
  const identityProvider = createOidcProvider(settings)
  const tunnel = createDaemonTunnel(paths.daemonSocket)
  const live = watchLiveConnections({
    valid: (ids) => validCredentials(services, ids),
    onError: (error) => log.warn({ err: error }, 'credentials of open connections could not be checked'),
  })
  const pages = app.getRequestHandler()
  const pageUpgrade = dev ? app.getUpgradeHandler() : null
  const handler = createRequestHandler({
    services,
    identities,
    limits,
    identityProvider,
    dev,
    log,
    prove: (nonce, port) => homeProof(controlKey, nonce, port),
    api,
    tunnel,
    live,
    pages,
    pageUpgrade,
  })
  if (settings.allowPlainHttp) {
    log.warn({ host: settings.host }, 'STRATAVORE_ALLOW_PLAIN_HTTP is set: other machines are served without TLS')
  }
  const { host, port, tlsCert, tlsKey } = settings
  const server = await startPublicServer({
    // Programs of this machine (CLI, launcher) find web on loopback, wherever else it listens.
    hosts: isLoopbackHost(host) || isWildcardHost(host) ? [host] : [host, localHost(settings)],
    port,
    certificate: tlsCert !== undefined && tlsKey !== undefined ? { cert: tlsCert, key: tlsKey } : null,
    request: (request, response) => void handler.request(request, response),
    upgrade: (request, socket, head) => void handler.upgrade(request, socket, head),
    log,
  })
  return {
    stop: async () => {
      const closed = server.close()
      // Event streams and sockets never end by themselves; their clients come back and resume.
      handler.closeSockets()
      live.stop()
      await handler.drained(DRAIN_MS)
      server.closeAllConnections()
      await closed
      await app.close()
      await listener.close()
      await db.close()
    },
  }
}

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import next from 'next'
import type { Logger } from 'pino'
import { baseUrl } from '@/config/base-url'
import { homePaths } from '@/config/paths'
import type { Settings } from '@/config/settings'
import { createDaemonLink } from '../adapters/daemon-link/daemon-link'
import { configuredNotifiers } from '../adapters/notify/configured-notifiers'
import { systemClock } from '../core/clock'
import type { ReachFailpoint } from '../core/failpoint'
import { openDatabase } from '../db/database'
import { databaseKind } from '../db/database-kind'
import { EVENTS_CHANNEL, listen } from '../db/listen'
import { lastEventSeq, readEventsAfter } from '../services/event/read-events'
import { validCredentials } from '../services/identity/valid-credentials'
import { readInstallationKeys, readKeyFile } from '../services/installation/installation-keys'
import { createNewsBell, type EventFeed } from '../trpc/event-feed'
import { createApiHandler, type Identities } from './api-handler'
import { createDaemonTunnel } from './daemon-tunnel'
import { watchLiveConnections } from './live-connections'
import { createRequestHandler } from './request-handler'

/** Requests under way get this long; then they are cut, and their callers try again. */
const DRAIN_MS = 4_000

export interface WebOptions {
  settings: Settings & { databaseUrl: string }
  /** The checkout: where `.next` and `app` are. */
  rootDir: string
  dev: boolean
  log: Logger
  /** Set in tests only. */
  failpoint: ReachFailpoint | undefined
}

/** Wires and starts the web process on its one public port. Throws when the port is taken or keys are missing. */
export async function startWeb({
  settings,
  rootDir,
  dev,
  log,
  failpoint,
}: WebOptions): Promise<{ stop(): Promise<void> }> {
  const paths = homePaths(settings.home)
  const keys = await readInstallationKeys(paths)
  const db = openDatabase(settings.databaseUrl, (error) => log.warn({ err: error }, 'a database connection was lost'))
  const services = {
    db,
    requestId: null,
    clock: systemClock,
    settings,
    keys,
    failpoint,
    daemon: createDaemonLink(paths.daemonSocket, await readKeyFile(paths.controlKey)),
    // For the tests a user asks for; what happens is told by the daemon.
    notifiers: configuredNotifiers(settings, systemClock),
    databaseKind: await databaseKind(settings.databaseUrl, paths.postgresDir),
  }
  const bell = createNewsBell()
  const listener = listen(settings.databaseUrl, [EVENTS_CHANNEL], {
    onNotify: bell.notify,
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
  const origin = baseUrl(settings.host, settings.port)
  const api = createApiHandler({ services, events, identities, origin, log })
  const tunnel = createDaemonTunnel(paths.daemonSocket)
  const live = watchLiveConnections({
    valid: (ids) => validCredentials(services, ids),
    onError: (error) => log.warn({ err: error }, 'credentials of open connections could not be checked'),
  })
  const pages = app.getRequestHandler()
  const pageUpgrade = dev ? app.getUpgradeHandler() : null
  const handler = createRequestHandler({ services, identities, dev, log, api, tunnel, live, pages, pageUpgrade })

  const server = createServer(
    (request: IncomingMessage, response: ServerResponse) => void handler.request(request, response),
  )
  server.on(
    'upgrade',
    (request: IncomingMessage, socket: Duplex, head: Buffer) => void handler.upgrade(request, socket, head),
  )
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(settings.port, settings.host, resolve)
  })
  return {
    stop: async () => {
      const closed = new Promise((resolve) => server.close(resolve))
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

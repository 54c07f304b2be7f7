import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import type { Logger } from 'pino'
import { Server } from 'socket.io'
import { homePaths } from '@/config/paths'
import type { Settings } from '@/config/settings'
import { AGENT_NAMESPACE } from '@/contracts/agent-protocol/messages'
import { TERMINAL_NAMESPACE } from '@/contracts/terminal/terminal'
import { isSameProcess } from '@/platform/process-identity'
import { METRICS_CONSUMER } from '../consumers/metrics/metrics-consumer'
import { DAEMON_ACTOR } from '../core/actor'
import { systemClock } from '../core/clock'
import { CONTROL_PATH } from '../core/control/control-protocol'
import { openDatabase } from '../db/database'
import { listen, WAKE_CHANNEL } from '../db/listen'
import { serveAgents } from '../gateways/agent/agent-gateway'
import { createAgentRegistry } from '../gateways/agent/agent-registry'
import { createNodeSilence, TICK_MS } from '../gateways/agent/node-silence'
import { createControlHandler } from '../gateways/control/control-gateway'
import { serveTerminals } from '../gateways/terminal/terminal-gateway'
import { createDaemonMetrics } from '../metrics/daemon-metrics'
import { LOCAL_NODE_NAME } from '../services/installation/bootstrap-installation'
import { readInstallationKeys, readKeyFile } from '../services/installation/installation-keys'
import { authenticateAgent, joinAgent, recordAgentDisconnected } from '../services/node/join-agent'
import { recordNodeVitals } from '../services/node/record-node-vitals'
import { getRunner } from '../services/runner/get-runner'
import { recordSize } from '../services/runner/record-size'
import { redeemTicket } from '../services/runner/redeem-ticket'
import { recordDaemonStarted, recordDaemonStopped } from '../services/system/record-daemon-life'
import { recordVitals } from '../services/vitals/record-vitals'
import { readLogs, readScreen, typeText } from './control-handlers'
import { createHeartbeatBuffer } from './heartbeat-buffer'
import { listenOnSocket } from './listen-on-socket'
import { keepLocalAgent } from './local-agent'
import { serveMetrics } from './metrics-server'
import { startReconciler } from './reconciler'
import { stopLocalRunners } from './stop-local-runners'

/** Largest frame on a socket: a snapshot with its scrollback, or a join with thousands of runners. */
const MAX_FRAME_BYTES = 8 * 1024 * 1024

export interface DaemonOptions {
  settings: Settings & { databaseUrl: string }
  agentScript: string
  agentEnv: NodeJS.ProcessEnv
  log: Logger
}

export interface Daemon {
  /** Stops taking work, writes what is held, closes. Agents and runners live on unless `stopRunners`. */
  stop(options: { stopRunners: boolean }): Promise<void>
}

/** Wires and starts the daemon. Throws when its socket or metrics port is taken or its keys are missing. */
export async function startDaemon({ settings, agentScript, agentEnv, log }: DaemonOptions): Promise<Daemon> {
  const startedAt = systemClock.now()
  const { monotonicMs } = systemClock
  const paths = homePaths(settings.home)
  const keys = await readInstallationKeys(paths)
  const controlKey = await readKeyFile(paths.controlKey)
  const db = openDatabase(settings.databaseUrl, (error) => log.warn({ err: error }, 'a database connection was lost'))
  const ctx = {
    db,
    actor: DAEMON_ACTOR,
    requestId: null,
    clock: systemClock,
    settings,
    keys,
  } as const
  const localNode = await db.prisma.node.findUniqueOrThrow({ where: { name: LOCAL_NODE_NAME } })

  const metrics = createDaemonMetrics({
    db,
    clock: systemClock,
    consumers: [METRICS_CONSUMER],
    broker: () => ({
      kind: 'local',
      status: () => ({ state: 'ready', since: startedAt, error: null }),
      depths: async () => [],
    }),
    agentsConnected: () => agents.all().length,
    terminalViewers: () => terminals.viewerCount(),
    leads: () => true,
    onReadFailure: (of, error) => log.warn({ err: error }, `figures of the ${of} could not be read`),
  })
  const silence = createNodeSilence(monotonicMs)
  const ticker = setInterval(silence.tick, TICK_MS)
  const agents = createAgentRegistry(silence)
  const newId = randomUUID

  const control = createControlHandler(
    controlKey,
    {
      status: async () => ({
        pid: process.pid,
        startedAt: startedAt.toISOString(),
        memoryBytes: process.memoryUsage.rss(),
        uptimeSeconds: process.uptime(),
        agentsConnected: agents.all().length,
        heartbeatLatencyP50Ms: await metrics.heartbeats.quantileMs(0.5),
        heartbeatLatencyP99Ms: await metrics.heartbeats.quantileMs(0.99),
        broker: { kind: 'local', state: 'ready', since: startedAt.toISOString(), error: null },
      }),
      reconcile: () => reconciler.all(),
      screen: ({ runnerId, ansi }) => readScreen({ db, agents, newId }, runnerId, ansi),
      send: async ({ runnerId, text }) => {
        await typeText({ db, agents, newId }, runnerId, text)
        return {}
      },
      logs: ({ runnerId, from, limit }) => readLogs({ db, agents, newId }, runnerId, from, limit),
    },
    log,
  )
  const http = createServer((request, response) => {
    if (request.url?.startsWith(CONTROL_PATH)) void control(request, response)
    else response.writeHead(404).end()
  })
  const io = new Server(http, { maxHttpBufferSize: MAX_FRAME_BYTES, serveClient: false, perMessageDeflate: false })

  const terminals = serveTerminals(
    io.of(TERMINAL_NAMESPACE),
    agents,
    { redeemTicket: (ticket) => redeemTicket(ctx, ticket), getRunner: (id) => getRunner(ctx, { id }) },
    metrics.terminals,
    log,
  )
  const heartbeats = createHeartbeatBuffer((reports) => recordVitals(ctx, reports), {
    latency: metrics.heartbeats.latency,
    failed: (error) => {
      log.warn({ err: error }, 'heartbeats could not be written')
      silence.listenAnew()
    },
    monotonicMs,
  })
  let stopping = false
  const logged = (what: string) => (error: unknown) => log.error({ err: error }, what)

  serveAgents(
    io.of(AGENT_NAMESPACE),
    agents,
    silence,
    {
      authenticate: (token) => authenticateAgent(ctx, token),
      joined: (session, protocol, join) => joinAgent(ctx, { nodeId: session.nodeId, protocol }, join),
      changed: (runnerIds) => reconciler.wake(runnerIds),
      rejoined: () => void reconciler.all().catch(logged('reconcile after a join failed')),
      heartbeat: (session, message) => {
        heartbeats.add(message)
        recordNodeVitals(ctx, session.nodeId, message).catch(logged('node vitals could not be written'))
      },
      output: terminals.output,
      outputSkipped: terminals.outputSkipped,
      resized: (runnerId, size) => {
        terminals.resized(runnerId, size)
        recordSize(ctx, runnerId, size).catch(logged('a size could not be recorded'))
      },
      disconnected: (session) => {
        if (stopping) return
        terminals.agentGone(session.nodeId)
        recordAgentDisconnected(ctx, session.agentId, 'unreachable').catch(logged('a lost agent could not be recorded'))
      },
    },
    log,
  )

  await listenOnSocket(http, paths.daemonSocket)
  await recordDaemonStarted(ctx, process.pid)
  const { contentType, render } = metrics
  const metricsServer = await serveMetrics({
    host: settings.host,
    port: settings.metricsPort,
    contentType,
    render,
    log,
  })

  const reconciler = startReconciler(ctx, agents, {
    intervalMs: settings.reconcileIntervalSeconds * 1000,
    log,
    afterwards: (_report, runnerIds) => terminals.refresh(runnerIds),
  })
  const listener = listen(settings.databaseUrl, [WAKE_CHANNEL], {
    onNotify: (_channel, runnerId) => reconciler.wake([runnerId]),
    // What was notified while nobody listened is found by looking at everything.
    onConnect: () => {
      silence.listenAnew()
      reconciler.all().catch(logged('reconcile after a reconnect failed'))
    },
    onError: (error) => log.warn({ err: error }, 'not listening to the database'),
  })
  const localAgent = keepLocalAgent({
    paths,
    script: agentScript,
    env: agentEnv,
    recorded: async () => {
      const rows = await db.prisma.agent.findMany({ where: { nodeId: localNode.id, goneAt: null } })
      return rows.map((row) => ({ agentId: row.id, pid: row.pid, startTicks: Number(row.pidStartTicks) }))
    },
    isAlive: isSameProcess,
    isConnected: () => agents.sessionOfNode(localNode.id) !== null,
    onDead: async (agentId) => {
      await recordAgentDisconnected(ctx, agentId, 'gone')
      await reconciler.all()
    },
    monotonicMs,
    log,
  })

  return {
    stop: async ({ stopRunners }) => {
      if (stopRunners) await stopLocalRunners(ctx, agents, localNode.id, log)
      stopping = true
      localAgent.stop()
      await listener.close()
      await reconciler.stop()
      await heartbeats.stop()
      clearInterval(ticker)
      metricsServer.close()
      metricsServer.closeAllConnections()
      await io.close()
      await recordDaemonStopped(ctx, process.pid)
      await db.close()
    },
  }
}

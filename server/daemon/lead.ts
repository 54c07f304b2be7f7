import { randomUUID } from 'node:crypto'
import type { Server as HttpServer } from 'node:http'
import type { Logger } from 'pino'
import { Server } from 'socket.io'
import type { HomePaths } from '@/config/paths'
import type { Settings } from '@/config/settings'
import { AGENT_NAMESPACE } from '@/contracts/agent-protocol/messages'
import { TERMINAL_NAMESPACE } from '@/contracts/terminal/terminal'
import { readBootId } from '@/platform/boot-id'
import { isSameProcess } from '@/platform/process-identity'
import { configuredNotifiers } from '../adapters/notify/configured-notifiers'
import { daemonConsumer } from '../consumers/daemon-events'
import { metricsConsumer } from '../consumers/metrics/metrics-consumer'
import { notificationConsumer } from '../consumers/notifications/notification-consumer'
import { listen, WAKE_CHANNEL } from '../db/listen'
import { serveAgents } from '../gateways/agent/agent-gateway'
import { createAgentRegistry } from '../gateways/agent/agent-registry'
import { createNodeSilence, TICK_MS } from '../gateways/agent/node-silence'
import type { ControlHandlers } from '../gateways/control/control-gateway'
import { serveTerminals } from '../gateways/terminal/terminal-gateway'
import type { DaemonMetrics } from '../metrics/daemon-metrics'
import { LOCAL_NODE_NAME } from '../services/installation/bootstrap-installation'
import { recordAgentDisconnected, recordConnectedAgents } from '../services/node/join-agent'
import type { ReconcileContext } from '../services/reconcile/run-reconcile'
import { getRunner } from '../services/runner/get-runner'
import { redeemTicket } from '../services/runner/redeem-ticket'
import { recordDaemonStarted, recordDaemonStopped } from '../services/system/record-daemon-life'
import { recordVitals } from '../services/vitals/record-vitals'
import { createAgentHandlers } from './agent-handlers'
import { readLogs, readScreen, typeText } from './control-handlers'
import { type EventDelivery, startEventDelivery } from './event-delivery'
import { createHeartbeatBuffer } from './heartbeat-buffer'
import { keepLocalAgent } from './local-agent'
import { startNotifications } from './notifications'
import { type Reconciler, startReconciler } from './reconciler'
import { stopLocalRunners } from './stop-local-runners'

/** Largest frame on a socket: a snapshot with its scrollback, or a join with thousands of runners. */
const MAX_FRAME_BYTES = 8 * 1024 * 1024

export interface LeadingParts {
  /** With the fence of this daemon's leadership. */
  ctx: ReconcileContext
  settings: Settings & { databaseUrl: string }
  paths: HomePaths
  /** Serves the daemon's socket; agents and terminals are attached to it. */
  http: HttpServer
  metrics: DaemonMetrics
  /** Whether this daemon leads at this moment. */
  leads(): boolean
  agentScript: string
  agentEnv: NodeJS.ProcessEnv
  log: Logger
}

/** A daemon at work. */
export interface Leading {
  control: Pick<ControlHandlers, 'reconcile' | 'screen' | 'send' | 'logs'>
  agentsConnected(): number
  /** Who is attached to terminals. */
  terminalViewers(): number
  /** Where events go. */
  broker: EventDelivery['broker']
  /** The lead was lost for a while, and nobody else had it: everything may have changed. */
  regained(): Promise<void>
  /** Takes no more work, writes what is held. Agents and runners live on unless `stopRunners`. */
  stop(options: { stopRunners: boolean }): Promise<void>
}

/** Starts everything that only the leading daemon does: agents, terminals, heartbeats, reconciliation. */
export async function lead(parts: LeadingParts): Promise<Leading> {
  const { ctx, settings, paths, metrics, log } = parts
  const { db } = ctx
  const { monotonicMs } = ctx.clock
  const localNode = await db.prisma.node.findUniqueOrThrow({ where: { name: LOCAL_NODE_NAME } })
  const logged = (what: string) => (error: unknown) => log.error({ err: error }, what)
  let reconciler: Reconciler | null = null
  const bootId = readBootId()
  let stopping = false

  await recordDaemonStarted(ctx, process.pid)
  const silence = createNodeSilence(monotonicMs, parts.leads)
  const listenAnew = () => {
    silence.listenAnew()
    reconciler?.countAnew()
  }
  const ticker = setInterval(silence.tick, TICK_MS)
  const agents = createAgentRegistry(silence, { nodeId: localNode.id, bootId })
  const io = new Server(parts.http, {
    maxHttpBufferSize: MAX_FRAME_BYTES,
    serveClient: false,
    perMessageDeflate: false,
  })
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
      listenAnew()
    },
    monotonicMs,
  })
  const handlers = createAgentHandlers(ctx, {
    terminals,
    heartbeats,
    reconciler: () => reconciler,
    stopping: () => stopping,
    log,
  })
  serveAgents(io.of(AGENT_NAMESPACE), agents, silence, handlers, log)

  const running = startReconciler(ctx, agents, {
    intervalMs: settings.reconcileIntervalSeconds * 1000,
    listenedMs: silence.listenedMs,
    log,
    observer: metrics.reconcile,
    leads: parts.leads,
    afterwards: (_report, runnerIds) => terminals.refresh(runnerIds),
  })
  reconciler = running
  const listener = listen(settings.databaseUrl, [WAKE_CHANNEL], {
    onNotify: (_channel, runnerId) => running.wake([runnerId]),
    // What was notified while nobody listened is found by looking at everything.
    onConnect: () => {
      listenAnew()
      running.all().catch(logged('reconcile after a reconnect failed'))
    },
    onError: (error) => log.warn({ err: error }, 'not listening to the database'),
  })
  const notifications = startNotifications(ctx, configuredNotifiers(settings, ctx.clock), {
    log,
    observer: metrics.notifications,
  })
  const localAgent = keepLocalAgent({
    paths,
    script: parts.agentScript,
    env: parts.agentEnv,
    recorded: async () => {
      const rows = await db.prisma.agent.findMany({ where: { nodeId: localNode.id, goneAt: null } })
      return rows.map(({ id, pid, pidStartTicks, ...row }) => ({
        agentId: id,
        pid,
        startTicks: Number(pidStartTicks),
        bootId: row.bootId,
      }))
    },
    // After a restart of the machine another process may have its pid, and even its start time.
    isAlive: (agent) => agent.bootId === bootId && isSameProcess(agent),
    isConnected: () => agents.sessionOfNode(localNode.id) !== null,
    onDead: async (agentId) => {
      await recordAgentDisconnected(ctx, agentId, 'gone')
      await running.all()
    },
    monotonicMs,
    log,
  })

  const delivery = await startEventDelivery({
    ctx,
    settings,
    consumers: [
      daemonConsumer({
        now: ctx.clock.now,
        delivered: metrics.delivered,
        wakeRunner: (runnerId) => running.wake([runnerId]),
      }),
      metricsConsumer(metrics.runnerFigures),
      notificationConsumer(ctx, notifications.wake),
    ],
    observer: metrics,
    log,
  })

  const screens = { db, agents, newId: randomUUID }
  return {
    control: {
      reconcile: () => running.all(),
      screen: ({ runnerId, ansi }) => readScreen(screens, runnerId, ansi),
      send: async ({ runnerId, text }) => {
        await typeText(screens, runnerId, text)
        return {}
      },
      logs: ({ runnerId, from, limit }) => readLogs(screens, runnerId, from, limit),
    },
    agentsConnected: () => agents.all().length,
    terminalViewers: terminals.viewerCount,
    broker: delivery.broker,
    regained: async () => {
      listenAnew()
      // Who left while nothing could be written is not in the table yet.
      await recordConnectedAgents(
        ctx,
        agents.all().map((session) => session.agentId),
      )
      await running.all()
    },
    stop: async ({ stopRunners }) => {
      if (stopRunners) await stopLocalRunners(ctx, agents, localNode.id, log)
      stopping = true
      localAgent.stop()
      await listener.close()
      await running.stop()
      await heartbeats.stop()
      clearInterval(ticker)
      await io.close()
      // Without the lead, or without the database, there is nothing to say and nobody to say it to.
      if (parts.leads()) await recordDaemonStopped(ctx, process.pid).catch(logged('the stop could not be recorded'))
      // Late, so that the news of the stop goes out too; and then that somebody is told of it.
      await delivery.finish()
      await Promise.all([delivery.close(), notifications.stop()])
    },
  }
}

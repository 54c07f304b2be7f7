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
import { configuredAnchorSinks } from '../adapters/anchor/anchor-sinks'
import { configuredNotifiers } from '../adapters/notify/configured-notifiers'
import { daemonConsumer } from '../consumers/daemon-events'
import { metricsConsumer } from '../consumers/metrics/metrics-consumer'
import { notificationConsumer } from '../consumers/notifications/notification-consumer'
import { StratavoreError } from '../core/errors'
import { BUDGET_CHANNEL, listen, SECRETS_CHANNEL, WAKE_CHANNEL } from '../db/listen'
import { type AgentNamespace, type IdentifyAgent, serveAgents } from '../gateways/agent/agent-gateway'
import { createAgentRegistry } from '../gateways/agent/agent-registry'
import { createNodeSilence, TICK_MS } from '../gateways/agent/node-silence'
import type { ControlHandlers } from '../gateways/control/control-gateway'
import { serveTerminals } from '../gateways/terminal/terminal-gateway'
import type { DaemonMetrics } from '../metrics/daemon-metrics'
import { readAuthorities } from '../services/certificates/authorities-file'
import { endLeftDrives } from '../services/drive/end-drive'
import { LOCAL_NODE_NAME } from '../services/installation/bootstrap-installation'
import { authenticateToken, stillValid } from '../services/node/agent-credentials'
import { recordAgentDisconnected, recordConnectedAgents } from '../services/node/join-agent'
import type { ReconcileContext } from '../services/reconcile/run-reconcile'
import { getRunner } from '../services/runner/get-runner'
import { attendRunner } from '../services/runner/record-notice'
import { recordRefusedEvent } from '../services/runner/record-refused-event'
import { redeemTicket } from '../services/runner/redeem-ticket'
import { learnSecrets } from '../services/secret/learn-secrets'
import { recordDaemonStarted, recordDaemonStopped } from '../services/system/record-daemon-life'
import { recordActivities } from '../services/vitals/record-activity'
import { recordVitals } from '../services/vitals/record-vitals'
import { createActivityBuffer } from './activity-buffer'
import { createAgentHandlers } from './agent-handlers'
import { startAuditKeeper } from './audit-keeper'
import { type BudgetKeeper, startBudgetKeeper } from './budget-keeper'
import { readLogs, readScreen, readThumbnails, typeText } from './control-handlers'
import { watchCredentials } from './credential-watch'
import { startDriveKeeper } from './drive-keeper'
import { type EventDelivery, startEventDelivery } from './event-delivery'
import { createHeartbeatBuffer } from './heartbeat-buffer'
import { keepLocalAgent } from './local-agent'
import { createNodeFileHandlers } from './node-file-handlers'
import { startNotifications } from './notifications'
import { type ProgramDeliveries, startProgramDeliveries } from './program-deliveries'
import { type Reconciler, startReconciler } from './reconciler'
import { openToRemoteAgents } from './remote-agents'
import { startResourceKeeper } from './resource-keeper'
import { stopLocalRunners } from './stop-local-runners'
import { startUsage } from './usage'

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
  control: Omit<ControlHandlers, 'status' | 'metrics'>
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
  let budgets: BudgetKeeper | null = null
  let deliveries: ProgramDeliveries | null = null
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
    // A poll is a request of its own: a change of rights would cut it, and not what it belongs to.
    transports: ['websocket'],
    perMessageDeflate: false,
  })
  // Before anybody is served: whoever drove a terminal of an earlier daemon is cut off.
  await endLeftDrives(ctx)
  const drives = startDriveKeeper(ctx, { newId: randomUUID, leads: parts.leads, log })
  const terminals = serveTerminals(
    io.of(TERMINAL_NAMESPACE),
    agents,
    {
      redeemTicket: (ticket, credential) => redeemTicket(ctx, ticket, credential),
      getRunner: (id) => getRunner(ctx, { id }),
      recordRefused: (ticket, event) => recordRefusedEvent(ctx, ticket, event),
      drives,
      attended: (runnerId) => attendRunner(ctx, runnerId),
    },
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
  const activities = createActivityBuffer((reports) => recordActivities(ctx, reports), {
    latency: metrics.activityLatency,
    failed: (error) => log.warn({ err: error }, 'what runners do could not be written'),
    monotonicMs,
  })
  const usage = await startUsage(ctx, settings, metrics.usage, log)
  const handlers = createAgentHandlers(ctx, {
    terminals,
    heartbeats,
    activities,
    usage: usage.ctx,
    reconciler: () => reconciler,
    budgets: () => budgets,
    authorities: () => readAuthorities(paths.agentAuthorities),
    agentHere: () => deliveries?.wake(),
    stopping: () => stopping,
    log,
  })
  const local: AgentNamespace = io.of(AGENT_NAMESPACE)
  const byToken: IdentifyAgent = async ({ token }) => {
    if (token === undefined) throw new StratavoreError('unauthenticated', 'This agent token is not valid.')
    return authenticateToken(ctx, token)
  }
  serveAgents(local, byToken, agents, silence, handlers, log)
  const remote = await openToRemoteAgents(ctx, MAX_FRAME_BYTES, log)
  if (remote) serveAgents(remote.namespace, remote.identify, agents, silence, handlers, log)
  const credentials = watchCredentials({
    namespaces: remote ? [local, remote.namespace] : [local],
    stillValid: async (asked) => stillValid(ctx, asked, (await remote?.trusted()) ?? []),
    alongside: async () => remote?.refresh(agents),
    leads: parts.leads,
    log,
  })

  const running = startReconciler(ctx, agents, {
    intervalMs: settings.reconcileIntervalSeconds * 1000,
    listenedMs: silence.listenedMs,
    log,
    observer: metrics.reconcile,
    leads: parts.leads,
    afterwards: (_report, runnerIds) => terminals.refresh(runnerIds),
  })
  reconciler = running
  const keeper = startBudgetKeeper(ctx, agents, {
    intervalMs: settings.reconcileIntervalSeconds * 1000,
    leads: parts.leads,
    log,
  })
  budgets = keeper
  const resources = startResourceKeeper(ctx, agents, { leads: parts.leads, log })
  const answering = startProgramDeliveries(ctx, agents, { leads: parts.leads, log })
  deliveries = answering
  const learn = () => void learnSecrets(ctx).catch(logged('secrets that were set could not be read'))
  const listener = listen(settings.databaseUrl, [WAKE_CHANNEL, BUDGET_CHANNEL, SECRETS_CHANNEL], {
    onNotify: (channel, runnerId) => {
      if (channel === BUDGET_CHANNEL) return keeper.wake()
      if (channel === SECRETS_CHANNEL) return learn()
      running.wake([runnerId])
      answering.wake()
    },
    // What was notified while nobody listened is found by looking at everything.
    onConnect: () => {
      listenAnew()
      learn()
      keeper.wake()
      running.all().catch(logged('reconcile after a reconnect failed'))
      answering.wake()
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
    secretFiles: [settings.tlsKey, settings.oidcClientSecretFile].filter((path) => path !== undefined),
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
        wakePrompts: answering.wake,
      }),
      metricsConsumer(metrics.runnerFigures),
      notificationConsumer(ctx, notifications.wake),
    ],
    observer: metrics,
    log,
  })

  const audit = startAuditKeeper(ctx, configuredAnchorSinks(settings), { leads: parts.leads, log })
  const screens = { db, agents, newId: randomUUID }
  return {
    control: {
      reconcile: () => running.all(),
      screen: ({ runnerId, ansi }) => readScreen(screens, runnerId, ansi),
      thumbnails: (question) => readThumbnails(screens, question),
      send: async ({ runnerId, text }) => {
        await typeText(screens, runnerId, text)
        return {}
      },
      logs: ({ runnerId, from, limit }) => readLogs(screens, runnerId, from, limit),
      ...createNodeFileHandlers(agents),
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
      keeper.wake()
      await running.all()
    },
    stop: async ({ stopRunners }) => {
      localAgent.startNoMore()
      if (stopRunners) await stopLocalRunners(ctx, agents, localNode.id, localAgent.isComing, log)
      stopping = true
      localAgent.stop()
      await listener.close()
      await Promise.all([running.stop(), keeper.stop(), resources.stop(), answering.stop()])
      await heartbeats.stop()
      await activities.stop()
      await usage.stop()
      clearInterval(ticker)
      await credentials.stop()
      await remote?.close()
      await io.close()
      await drives.stop()
      // Without the lead, or without the database, there is nothing to say and nobody to say it to.
      if (parts.leads()) await recordDaemonStopped(ctx, process.pid).catch(logged('the stop could not be recorded'))
      await audit.stop()
      // Late, so that the news of the stop goes out too; and then that somebody is told of it.
      await delivery.finish()
      await Promise.all([delivery.close(), notifications.stop()])
    },
  }
}

import type { EventEnvelope } from '@/contracts/event/envelope'
import type { NotificationSettingsUpdate } from '@/contracts/notification/notification'
import { createNtfyNotifier } from '@/server/adapters/notify/ntfy'
import { notificationConsumer } from '@/server/consumers/notifications/notification-consumer'
import type { Notifier } from '@/server/core/ports/notifier'
import { withTransaction } from '@/server/db/database'
import type { NewEvent } from '@/server/outbox/append'
import { toEnvelope } from '@/server/outbox/to-envelope'
import { recordChange } from '@/server/services/audit/record-change'
import { readEventsAfter } from '@/server/services/event/read-events'
import {
  createChannelDelivery,
  DELIVERY_RATE,
  type DeliveryOutcome,
} from '@/server/services/notification/deliver-notifications'
import { updateNotificationSettings } from '@/server/services/notification/notification-settings'
import { releaseHeld } from '@/server/services/notification/release-held'
import { launchRunner } from '@/server/services/runner/launch-runner'
import { recordExit } from '@/server/services/runner/record-exit'
import { recordRunning } from '@/server/services/runner/record-running'
import type { ServiceContext } from '@/server/services/service-context'
import { recordVitals } from '@/server/services/vitals/record-vitals'
import { type FakeNtfy, LOOPBACK, startFakeNtfy } from '../../support/fake-ntfy'
import { launchOf, type ServiceTest, startServiceTest } from '../services/service-test'

const AGENT = '00000000-0000-4000-8000-000000000001'
/** Long enough for a busy machine. */
const CALL_TIMEOUT_MS = 10_000
/** In tests of a server that never answers a call is over this soon. */
export const SILENCE_MS = 500

/** Services, a fake ntfy, and the way of an event from the outbox to the phone, driven by hand and by a clock. */
export interface NotificationTest {
  ctx: ServiceContext
  services: ServiceTest
  ntfy: FakeNtfy
  outcomes: DeliveryOutcome[]
  /** Lets time pass. */
  advance(ms: number): void
  /** Hands every event since the last time to the consumer. Returns them. */
  pump(): Promise<EventEnvelope[]>
  /** Hands these again, as a broker may. */
  redeliver(events: readonly EventEnvelope[]): Promise<void>
  /** Sends what is due. */
  deliver(): Promise<void>
  /** Events, and what is due at once. */
  settle(): Promise<void>
  /** A sender of its own, as another daemon has it. */
  anotherSender(): { deliver(): Promise<number | null> }
  settings(change: NotificationSettingsUpdate): Promise<void>
  /** A runner that runs; its life is told by the functions below. */
  run(project: string, over?: { name?: string; restartPolicy?: 'never' | 'on-failure' }): Promise<string>
  started(id: string): Promise<void>
  exit(id: string, exitCode: number, lastLines?: string): Promise<void>
  activity(id: string, activity: 'working' | 'waiting_permission' | 'waiting_input'): Promise<void>
  /** An event that no service of ours tells yet. */
  emit(event: NewEvent): Promise<void>
  stop(): Promise<void>
}

export async function startNotificationTest(
  options: {
    token?: string
    sentToken?: string
    timeoutMs?: number
    notifier?: (ctx: ServiceContext) => Notifier
  } = {},
): Promise<NotificationTest> {
  const services = await startServiceTest()
  const ntfy = await startFakeNtfy(options.token === undefined ? {} : { token: options.token })
  const webhook = { webhookUrl: 'http://127.0.0.1:1/', webhookSecret: 'whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3' }
  const channel = options.notifier ? webhook : { ntfyUrl: ntfy.url }
  const ctx: ServiceContext = {
    ...services.ctx,
    clock: { now: () => services.clock.now, monotonicMs: () => services.clock.now.getTime() },
    settings: { ...services.ctx.settings, ...channel, publicUrl: 'https://phone.example' },
  }
  await services.query(
    `INSERT INTO agents (id, node_id, pid, pid_start_ticks, boot_id, version, protocol, started_at, last_seen_at)
     SELECT $1, id, 1, 1, 'boot', '0', 1, now(), now() FROM nodes LIMIT 1`,
    [AGENT],
  )
  const notifier =
    options.notifier?.(ctx) ??
    createNtfyNotifier({
      url: ntfy.url,
      token: options.sentToken ?? options.token,
      topics: { status: 'my-status', alerts: 'my-alerts' },
      networks: LOOPBACK,
      timeoutMs: options.timeoutMs ?? CALL_TIMEOUT_MS,
    })
  const outcomes: DeliveryOutcome[] = []
  const sender = () =>
    createChannelDelivery(ctx, notifier, {
      rate: DELIVERY_RATE,
      random: () => 0,
      observer: { outcome: (_channel, outcome) => void outcomes.push(outcome) },
      stopped: () => false,
    })
  const delivery = sender()
  const consumer = notificationConsumer(ctx, () => undefined)
  let seq = 0
  const projects = new Set<string>()
  const epochs = new Map<string, number>()
  const epochOf = (id: string) => epochs.get(id) ?? 1

  const test: NotificationTest = {
    ctx,
    services,
    ntfy,
    outcomes,
    advance: (ms) => {
      services.clock.now = new Date(services.clock.now.getTime() + ms)
    },
    pump: async () => {
      const events = (await readEventsAfter(ctx, seq, 10_000)).map(({ event }) => event)
      seq = events.at(-1)?.seq ?? seq
      const envelopes = events.map((event) => toEnvelope(event, 'test', null))
      await Promise.all(envelopes.map((event) => consumer.handle(event)))
      return envelopes
    },
    redeliver: async (events) => {
      await Promise.all(events.map((event) => consumer.handle(event)))
    },
    deliver: async () => {
      await releaseHeld(ctx)
      await delivery.deliver()
    },
    settle: async () => {
      await test.pump()
      await test.deliver()
    },
    anotherSender: sender,
    settings: async (change) => {
      await updateNotificationSettings(ctx, change)
    },
    run: async (project, over = {}) => {
      if (!projects.has(project)) await services.project(project, 1000)
      projects.add(project)
      const { id } = await launchRunner(ctx, { ...launchOf(project), ...over })
      await test.started(id)
      return id
    },
    started: (id) =>
      recordRunning(ctx, {
        runnerId: id,
        epoch: epochOf(id),
        agentId: AGENT,
        state: 'running',
        process: { pid: 1234, startTicks: 1, bootId: 'boot' },
      }),
    exit: async (id, exitCode, lastLines = '') => {
      await recordExit(ctx, id, epochOf(id), { exitCode, signal: null, reason: null, lastLines })
      const row = await ctx.db.prisma.runner.findUniqueOrThrow({ where: { id } })
      epochs.set(id, row.epoch)
    },
    activity: async (id, activity) => {
      await recordVitals(ctx, [
        {
          runnerId: id,
          nodeId: services.nodeId,
          epoch: epochOf(id),
          seq: seqOf(),
          cpuPercent: 0,
          memoryBytes: 0,
          activity,
        },
      ])
    },
    emit: (event) => withTransaction(ctx.db, (tx) => recordChange(ctx, tx, null, [event])),
    stop: async () => {
      await ntfy.stop()
      await services.stop()
    },
  }
  let heartbeats = 0
  const seqOf = () => {
    heartbeats += 1
    return heartbeats
  }
  return test
}

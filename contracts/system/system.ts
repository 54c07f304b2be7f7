import { z } from 'zod'
import { timestamp, uuid } from '../primitives'
import { runnerStatus } from '../runner/status'

const processInfo = z.object({ pid: z.number().int(), startedAt: timestamp, memoryBytes: z.number() })

/** Where events go. `unknown`: the daemon, which holds the connection, does not answer. */
export const brokerCondition = z.object({
  kind: z.enum(['local', 'amqp']),
  ok: z.boolean(),
  state: z.enum(['connecting', 'ready', 'blocked', 'closed', 'unknown']),
  /** Since when; null while unknown. */
  since: timestamp.nullable(),
  error: z.string().nullable(),
})
export type BrokerCondition = z.infer<typeof brokerCondition>

export const systemStatus = z.object({
  version: z.string(),
  url: z.string(),
  web: processInfo,
  /** Null when the daemon does not answer. */
  daemon: processInfo.nullable(),
  agents: z.array(
    z.object({
      id: uuid,
      node: z.string(),
      pid: z.number().int(),
      connected: z.boolean(),
      runnerCount: z.number().int(),
    }),
  ),
  database: z.object({ ok: z.boolean(), kind: z.enum(['embedded', 'external']), latencyMs: z.number().nullable() }),
  broker: brokerCondition,
  counts: z.object({
    projects: z.number().int(),
    sessions: z.number().int(),
    nodes: z.number().int(),
    nodesOnline: z.number().int(),
    runners: z.record(runnerStatus, z.number().int()),
    /** Runners that hold a slot. */
    live: z.number().int(),
    waiting: z.number().int(),
  }),
  /** Events committed but not yet delivered to the broker. */
  outboxPending: z.number().int(),
  /** Events parked because the broker kept refusing them. */
  outboxDead: z.number().int(),
})
export type SystemStatus = z.infer<typeof systemStatus>

/** `degraded` is not down: what works goes on working. */
export const systemHealth = z.object({
  status: z.enum(['ok', 'degraded', 'down']),
  checks: z.array(
    z.object({
      name: z.string(),
      /** False when it is not as it should be; what is merely off is ok. */
      ok: z.boolean(),
      /** It is optional and nobody has set it up. */
      off: z.boolean(),
      detail: z.string(),
      /** How to turn it on or what to do about it; null when there is nothing to do. */
      hint: z.string().nullable(),
    }),
  ),
})
export type SystemHealth = z.infer<typeof systemHealth>
export type HealthCheck = SystemHealth['checks'][number]

export const systemMetrics = z.object({
  at: timestamp,
  cpuPercent: z.number(),
  memoryBytes: z.number(),
  tokensUsed: z.number(),
  heartbeatLatencyP50Ms: z.number().nullable(),
  heartbeatLatencyP99Ms: z.number().nullable(),
  daemonUptimeSeconds: z.number().nullable(),
})
export type SystemMetrics = z.infer<typeof systemMetrics>

export const reconcileReport = z.object({
  at: timestamp,
  durationMs: z.number(),
  runnersExamined: z.number().int(),
  actions: z.array(
    z.object({
      kind: z.string(),
      /** Null for an action that is about no runner. */
      runnerId: uuid.nullable(),
      detail: z.string(),
      /** Null when it was performed; else why not: it is tried again. */
      error: z.string().nullable(),
    }),
  ),
})
export type ReconcileReport = z.infer<typeof reconcileReport>

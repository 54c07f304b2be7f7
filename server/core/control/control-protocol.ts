import { z } from 'zod'
import { errorCode } from '@/contracts/errors/errors'
import { runnerLogs, runnerScreen } from '@/contracts/runner/inputs'
import { reconcileReport } from '@/contracts/system/system'

/** What web asks of the daemon over the daemon's Unix socket: `POST /control/<verb>` with a JSON body. */
export const CONTROL_PATH = '/control/'

const daemonStatus = z.object({
  pid: z.number(),
  startedAt: z.string(),
  memoryBytes: z.number(),
  uptimeSeconds: z.number(),
  role: z.enum(['leading', 'standby', 'suspended']),
  agentsConnected: z.number(),
  heartbeatLatencyP50Ms: z.number().nullable(),
  heartbeatLatencyP99Ms: z.number().nullable(),
  broker: z.object({
    kind: z.enum(['local', 'amqp']),
    state: z.enum(['connecting', 'ready', 'blocked', 'closed']),
    since: z.string(),
    error: z.string().nullable(),
  }),
})

/** Every verb with its input and output. */
export const controlVerbs = {
  status: { input: z.object({}), output: daemonStatus },
  reconcile: { input: z.object({}), output: reconcileReport },
  screen: { input: z.object({ runnerId: z.uuid(), ansi: z.boolean() }), output: runnerScreen },
  send: { input: z.object({ runnerId: z.uuid(), text: z.string() }), output: z.object({}) },
  logs: {
    input: z.object({ runnerId: z.uuid(), from: z.number().int(), limit: z.number().int() }),
    output: runnerLogs,
  },
} as const
export type ControlVerb = keyof typeof controlVerbs

export const controlError = z.object({ code: errorCode, message: z.string(), hint: z.string().nullable() })

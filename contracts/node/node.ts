import { z } from 'zod'
import { timestamp, uuid } from '../primitives'
import { providerProbe } from '../provider/provider'

export const agentInfo = z.object({
  id: uuid,
  pid: z.number().int(),
  version: z.string(),
  protocol: z.number().int(),
  connected: z.boolean(),
  startedAt: timestamp,
  lastSeenAt: timestamp,
  runnerCount: z.number().int(),
})
export type AgentInfo = z.infer<typeof agentInfo>

/** A machine that has joined. */
export const node = z.object({
  id: uuid,
  name: z.string(),
  kind: z.enum(['local', 'remote']),
  online: z.boolean(),
  hostname: z.string().nullable(),
  platform: z.string().nullable(),
  arch: z.string().nullable(),
  cpuCount: z.number().int().nullable(),
  memoryBytes: z.number().nullable(),
  /** One-minute load average, as its agent last reported. */
  loadAverage: z.number().nullable(),
  freeMemoryBytes: z.number().nullable(),
  liveRunners: z.number().int(),
  providers: z.array(providerProbe),
  agents: z.array(agentInfo),
  lastSeenAt: timestamp.nullable(),
  /** It keeps its runners and starts none. */
  draining: z.boolean(),
  /** Until when the newest certificate of a remote node is good; null where none is. */
  certificateExpiresAt: timestamp.nullable(),
})
export type Node = z.infer<typeof node>

import { z } from 'zod'
import { terminalDimension, uuid } from '../primitives'
import { confinementProfile, DEFAULT_CONFINEMENT } from '../project/confinement'
import { providerId, providerProbe } from '../provider/provider'
import { keptRecordings } from '../recording/kept-recordings'
import { runnerConfinement } from '../runner/confinement'
import { runnerActivity } from '../runner/status'
import { sessionMode } from '../session/session'
import { thumbnails } from '../terminal/thumbnail'
import { count, memorySize, unixMs } from './numbers'

/**
 * The protocol between daemon and agent, on socket.io namespace `/agent`. The agent dials out, emits `join` with all
 * it holds, and repeats that on every reconnect. Offsets are bytes of a runner's output since its epoch began:
 * a message sent twice is harmless because offset, epoch and seq tell what is new.
 */
export const AGENT_PROTOCOL_VERSION = 4
/** Oldest version a daemon still speaks, so that an agent outlives a daemon upgrade. */
export const AGENT_PROTOCOL_MINIMUM = 1
export const AGENT_NAMESPACE = '/agent'

/** Raw bytes, whatever buffer backs them. */
const bytes: z.ZodType<Uint8Array> = z.instanceof(Uint8Array)

/** socket.io `auth` of an agent: a token on the daemon's own socket, the node its certificate is for elsewhere. */
export const agentHandshake = z.object({
  token: z.string().min(1).max(200).optional(),
  nodeId: uuid.optional(),
  protocol: z.number().int(),
})
export type AgentHandshake = z.infer<typeof agentHandshake>

/** Identity of a process that survives pid reuse. `startTicks` is field 22 of /proc/pid/stat (0 where unknown). */
export const processIdentity = z.object({
  pid: count.positive(),
  startTicks: z.number().int().nonnegative(),
  bootId: z.string().max(64),
})
export type ProcessIdentity = z.infer<typeof processIdentity>

/** How a runner's life ended. */
export const runnerExit = z.object({
  exitCode: z.int32().nullable(),
  /** Signal name such as SIGTERM, when it ended by one. */
  signal: z.string().max(32).nullable(),
  /** Set when the agent ended it or found it ended, rather than it exiting by itself. */
  reason: z.string().max(500).nullable(),
  /** Last lines of its screen as plain text. */
  lastLines: z.string().max(8192),
  /** Total bytes it ever wrote: the offset after its last byte. */
  outputEnd: z.number().int().nonnegative(),
  at: unixMs,
})
export type RunnerExit = z.infer<typeof runnerExit>

/** One runner an agent holds, or has seen end and not yet been told to forget. */
export const heldRunner = z.object({
  runnerId: uuid,
  epoch: count,
  state: z.enum(['running', 'paused', 'exited']),
  process: processIdentity.nullable(),
  exit: runnerExit.nullable(),
})
export type HeldRunner = z.infer<typeof heldRunner>

export const nodeFacts = z.object({
  hostname: z.string().max(255),
  platform: z.string().max(32),
  arch: z.string().max(32),
  cpuCount: count.positive(),
  memoryBytes: memorySize.positive(),
})

export const joinRequest = z.object({
  /** New for every agent process. */
  instanceId: uuid,
  version: z.string().max(32),
  process: processIdentity,
  startedAt: unixMs,
  node: nodeFacts,
  providers: z.array(providerProbe).max(32),
  runners: z.array(heldRunner).max(100_000),
})
export type JoinRequest = z.infer<typeof joinRequest>

export const joinReply = z.union([
  z.object({
    ok: z.literal(true),
    nodeId: uuid,
    nodeName: z.string(),
    /** What the settings say; a daemon of before recordings says nothing. */
    keptRecordings: keptRecordings.optional(),
    /** Unused for this long a screen is put away; a daemon of before that leaves it to the agent. */
    parkScreensAfterMs: z.number().positive().optional(),
  }),
  z.object({ ok: z.literal(false), error: z.string() }),
])
export type JoinReply = z.infer<typeof joinReply>

export const startRunner = z.object({
  runnerId: uuid,
  epoch: count,
  provider: providerId,
  cwd: z.string(),
  /** The project's directory: `cwd` is in it, or the start is refused. Null from a daemon that does not say. */
  project: z.string().nullable().default(null),
  /** The project's own variables; the agent adds its allow-list below them. */
  env: z.record(z.string(), z.string()),
  prompt: z.string().nullable(),
  /** The provider's session to open, where the provider can be told. */
  providerSessionId: z.string().nullable(),
  /** `fork`: the session begins as a copy of `forkOf`. */
  sessionMode: sessionMode.default('new'),
  forkOf: z.string().nullable().default(null),
  cols: terminalDimension,
  rows: terminalDimension,
  /** Since protocol 4: holds, or the start is refused. */
  confinement: confinementProfile.default(DEFAULT_CONFINEMENT),
  /** What is typed is part of its recording. */
  recordInput: z.boolean().default(false),
})
export type StartRunner = z.output<typeof startRunner>

/** `code` tells what kind of refusal, `error` is for people. */
export const refusal = z.object({ ok: z.literal(false), code: z.string(), error: z.string() })
export type Refusal = z.infer<typeof refusal>

export const startReply = z.union([
  z.object({
    ok: z.literal(true),
    process: processIdentity,
    /** Whether what is typed is recorded, as it was asked for: an agent of before does not. */
    recordsInput: z.boolean().default(false),
  }),
  refusal,
])
export type StartReply = z.input<typeof startReply>

export const runnerTarget = z.object({ runnerId: uuid, epoch: count })
export type RunnerTarget = z.infer<typeof runnerTarget>

export const stopRunner = runnerTarget.extend({
  force: z.boolean(),
  graceMs: z.number().int().min(0).max(300_000),
})
export type StopRunner = z.infer<typeof stopRunner>

/** From now on its tree is held to so much of the CPU, 100 is one core; null: to nothing. Level, not edge: sent again. */
export const limitCpu = runnerTarget.extend({ percent: z.number().positive().max(1_000_000).nullable() })
export type LimitCpu = z.infer<typeof limitCpu>

export const ack = z.union([z.object({ ok: z.literal(true) }), refusal])
export type Ack = z.infer<typeof ack>

export const runnerStarted = runnerTarget.extend({ process: processIdentity, at: unixMs })
export type RunnerStarted = z.infer<typeof runnerStarted>

/** What confines a runner that has started, measured. */
export const runnerConfined = runnerTarget.extend({ confinement: runnerConfinement })
export type RunnerConfined = z.infer<typeof runnerConfined>

export const runnerExited = runnerTarget.extend({ exit: runnerExit })
export type RunnerExited = z.infer<typeof runnerExited>

export const runnerVitals = z.object({
  runnerId: uuid,
  epoch: count,
  cpuPercent: z.number().nonnegative(),
  memoryBytes: memorySize,
  activity: runnerActivity,
  /** Of the newest activity report; 0 from an agent that sends none. */
  activitySeq: z.number().int().nonnegative().default(0),
  processCount: count,
  /** What `limitCpu` holds it to; null for nothing. */
  cpuLimitPercent: z.number().positive().nullable().default(null),
})
export type RunnerVitals = z.infer<typeof runnerVitals>

/** All runners of an agent in one message, every HEARTBEAT_INTERVAL_MS. Never the agent's clock. */
/** Of what a system says of a disk, only the beginning tells. */
export const MAX_REFUSAL_LENGTH = 200

export const heartbeat = z.object({
  instanceId: uuid,
  /** Grows by one per message of an instance. */
  seq: z.number().int().nonnegative(),
  loadAverage: z.number().nonnegative(),
  freeMemoryBytes: memorySize,
  providers: z.array(providerProbe).max(32),
  runners: z.array(runnerVitals).max(100_000),
  /** Why recordings cannot be written now (a full disk); null while they can. Missing from older agents. */
  refusedRecording: z.string().max(MAX_REFUSAL_LENGTH).nullable().optional(),
})
export type Heartbeat = z.infer<typeof heartbeat>
export const HEARTBEAT_INTERVAL_MS = 10_000

export const runnerInput = z.object({
  runnerId: uuid,
  /** One per attached client, kept over its reconnects. */
  clientId: uuid,
  /** Starts at 1 per client; at or below the last one written is a repeat and only acknowledged. */
  seq: z.number().int().positive(),
  data: bytes,
})
export type RunnerInput = z.infer<typeof runnerInput>

/** `writtenSeq`: everything up to it is in the PTY. */
export const inputReply = z.union([z.object({ ok: z.literal(true), writtenSeq: z.number().int() }), refusal])
export type InputReply = z.infer<typeof inputReply>

export const resizeRunner = z.object({ runnerId: uuid, cols: terminalDimension, rows: terminalDimension })
export type ResizeRunner = z.infer<typeof resizeRunner>

/** `offset`: what was printed before it was printed for the size before; older agents do not say. */
export const runnerResized = resizeRunner.extend({ offset: z.number().int().nonnegative().optional() })
export type RunnerResized = z.infer<typeof runnerResized>

/**
 * Ask to be streamed a runner's output. `from` is the offset the asker has everything before; null asks for a
 * snapshot. Output messages with offset >= the reply's end follow, and none are missing in between.
 */
export const watchRunner = z.object({ runnerId: uuid, from: z.number().int().nonnegative().nullable() })
export type WatchRunner = z.infer<typeof watchRunner>

export const watchReply = z.union([
  z.object({
    ok: z.literal(true),
    /** `replay`: raw bytes from the offset asked for. `snapshot`: escape sequences that draw the present screen. */
    kind: z.enum(['replay', 'snapshot']),
    data: bytes,
    /** Offset after what `data` stands for: the stream goes on from here. */
    end: z.number().int().nonnegative(),
    cols: terminalDimension,
    rows: terminalDimension,
    title: z.string(),
  }),
  refusal,
])
export type WatchReply = z.infer<typeof watchReply>

export const screenRequest = z.object({ runnerId: uuid, ansi: z.boolean() })
export type ScreenRequest = z.infer<typeof screenRequest>
export const screenReply = z.union([
  z.object({
    ok: z.literal(true),
    cols: z.number().int(),
    rows: z.number().int(),
    cursor: z.object({ x: z.number().int(), y: z.number().int() }),
    title: z.string(),
    text: z.string(),
  }),
  refusal,
])
export type ScreenReply = z.infer<typeof screenReply>

export const thumbnailsReply = z.union([thumbnails.extend({ ok: z.literal(true) }), refusal])
export type ThumbnailsReply = z.infer<typeof thumbnailsReply>

export const logRequest = z.object({ runnerId: uuid, from: z.number().int(), limit: z.number().int().positive() })
export type LogRequest = z.infer<typeof logRequest>
export const logReply = z.union([
  z.object({ ok: z.literal(true), offset: z.number().int(), data: bytes, end: z.number().int() }),
  refusal,
])
export type LogReply = z.infer<typeof logReply>

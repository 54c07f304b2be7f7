import { z } from 'zod'
import { runnerVitals } from '@/contracts/agent-protocol/messages'

/** One life of a runner, `<runnerId>.<epoch>`: what output, emulators and logs belong to. */
export const lifeKey = z.string().regex(/^[0-9a-f-]{36}\.\d+$/)

/** The life's key; also the name of its log directory. */
export const lifeOf = (runnerId: string, epoch: number): string => `${runnerId.toLowerCase()}.${epoch}`

const requestId = z.number().int()
const size = { cols: z.number().int(), rows: z.number().int() }

export const sampleTarget = z.object({
  runnerId: z.string(),
  epoch: z.number().int(),
  root: z.object({ pid: z.number().int(), startTicks: z.number().int(), witnessed: z.boolean() }),
  activitySource: z.enum(['program', 'foreground']),
})
export type SampleTarget = z.infer<typeof sampleTarget>

/** What the agent tells the observer. Order matters: a request is answered as of exactly the output before it. */
export const toObserver = z.discriminatedUnion('type', [
  /** A new life begins with an empty screen and an empty log. */
  z.object({ type: z.literal('open'), life: lifeKey, ...size }),
  /** A life that goes on after the observer was restarted: its screen is rebuilt from its log. Answers `end`. */
  z.object({ type: z.literal('adopt'), requestId, life: lifeKey, ...size }),
  /** Output from `offset` on, in the frame's data. What it asks the terminal is answered only when `live`. */
  z.object({ type: z.literal('feed'), life: lifeKey, offset: z.number().int(), live: z.boolean() }),
  z.object({ type: z.literal('resize'), life: lifeKey, ...size }),
  /** No output follows. Answers the last lines, and frees the emulator. */
  z.object({ type: z.literal('finish'), requestId, life: lifeKey }),
  z.object({ type: z.literal('snapshot'), requestId, life: lifeKey }),
  z.object({ type: z.literal('screen'), requestId, life: lifeKey, ansi: z.boolean() }),
  z.object({ type: z.literal('log'), requestId, life: lifeKey, from: z.number().int(), limit: z.number().int() }),
  /** Newest epoch that has a log, for a runner the agent no longer knows. */
  z.object({ type: z.literal('newestLife'), requestId, runnerId: z.string() }),
  z.object({ type: z.literal('sample'), requestId, targets: z.array(sampleTarget) }),
])
export type ToObserver = z.infer<typeof toObserver>

/** What the observer tells the agent. */
export const fromObserver = z.discriminatedUnion('type', [
  /** Everything before `end` is on the screen and in the log. */
  z.object({ type: z.literal('taken'), life: lifeKey, end: z.number().int() }),
  /** The emulator's answer to a query in live output, in the frame's data: to be typed into the terminal. */
  z.object({ type: z.literal('answer'), life: lifeKey }),
  z.object({ type: z.literal('reply'), requestId, body: z.unknown() }),
  z.object({ type: z.literal('failed'), requestId, error: z.string() }),
])
export type FromObserver = z.infer<typeof fromObserver>

export const adoptReply = z.object({ end: z.number().int() })
export const finishReply = z.object({ lastLines: z.string(), end: z.number().int() })
export const snapshotReply = z.object({ end: z.number().int(), ...size, title: z.string() })
export const screenBody = z.object({
  ...size,
  cursor: z.object({ x: z.number().int(), y: z.number().int() }),
  title: z.string(),
  text: z.string(),
})
export const logBody = z.object({ offset: z.number().int(), end: z.number().int() })
export const newestLifeReply = z.object({ epoch: z.number().int().nullable() })
export const sampleReply = z.object({ vitals: z.array(runnerVitals) })

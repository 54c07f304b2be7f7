import { z } from 'zod'
import { runnerVitals } from '@/contracts/agent-protocol/messages'
import { noticeReport } from '@/contracts/agent-protocol/notice'
import { keptRecordings } from '@/contracts/recording/kept-recordings'
import { markerKind } from '@/contracts/recording/recording'
import { runnerActivity } from '@/contracts/runner/status'
import { MAX_THUMBNAILS, thumbnail } from '@/contracts/terminal/thumbnail'
import type { SiblingAnswer } from '../sibling/sibling-process'

/** One life of a runner, `<runnerId>.<epoch>`: what output, emulators and logs belong to. */
export const lifeKey = z.string().regex(/^[0-9a-f-]{36}\.\d+$/)

/** The life's key; also the name of its log directory. */
export const lifeOf = (runnerId: string, epoch: number): string => `${runnerId.toLowerCase()}.${epoch}`

/** Whose life it is, and which. */
export function partsOfLife(life: string): { runnerId: string; epoch: number } {
  const dot = life.lastIndexOf('.')
  return { runnerId: life.slice(0, dot), epoch: Number(life.slice(dot + 1)) }
}

const requestId = z.number().int()
const size = { cols: z.number().int(), rows: z.number().int() }
/** A size, and the offset of the output from which on it holds. */
export const sizeSince = z.object({ offset: z.number().int(), ...size })
export type SizeSince = z.infer<typeof sizeSince>
/** How a life is recorded: `secrets` are values that must not be in it. They go over this pipe and nowhere else. */
const recorded = { title: z.string(), secrets: z.array(z.string()) }

export const sampleTarget = z.object({
  runnerId: z.string(),
  epoch: z.number().int(),
  root: z.object({ pid: z.number().int(), startTicks: z.number().int(), witnessed: z.boolean() }),
  /** Who has the terminal when no job of it has; null while a sandbox is being built. */
  programPid: z.number().int().nullable(),
})
export type SampleTarget = z.infer<typeof sampleTarget>

/** What the agent tells the observer. Order matters: a request is answered as of exactly the output before it. */
export const toObserver = z.discriminatedUnion('type', [
  /** A new life begins with an empty screen and an empty log. */
  z.object({ type: z.literal('open'), life: lifeKey, ...size, ...recorded }),
  /**
   * A life that goes on after the observer was restarted: its screen is rebuilt from its log. `sizes`: those it may not
   * have heard of, oldest first, with the offset from which each holds, and the one before them. Answers `end`.
   */
  z.object({ type: z.literal('adopt'), requestId, life: lifeKey, sizes: z.array(sizeSince).min(1), ...recorded }),
  /** Output from `offset` on, in the frame's data. What it asks the terminal is answered only when `live`. */
  z.object({ type: z.literal('feed'), life: lifeKey, offset: z.number().int(), live: z.boolean() }),
  /** What was typed, in the frame's data: only of a life whose input is recorded, after the output fed so far. */
  z.object({ type: z.literal('input'), life: lifeKey }),
  z.object({ type: z.literal('resize'), life: lifeKey, ...size }),
  /** Something of note happened: it stands in the recording after the output fed so far. */
  z.object({ type: z.literal('mark'), life: lifeKey, kind: markerKind, label: z.string() }),
  /** How much of recordings and logs is kept. */
  z.object({ type: z.literal('keep'), kept: keptRecordings }),
  /** How long a screen is unused before it is put away. */
  z.object({ type: z.literal('park'), afterMs: z.number().positive() }),
  /** No output follows; `ending` says how it ended, as far as anybody saw it. Answers the last lines, and frees the emulator. */
  z.object({ type: z.literal('finish'), requestId, life: lifeKey, ending: z.string().nullable() }),
  z.object({ type: z.literal('snapshot'), requestId, life: lifeKey }),
  z.object({ type: z.literal('screen'), requestId, life: lifeKey, ansi: z.boolean() }),
  /** Only of lives that go on, and only those that differ from what was `seen`. */
  z.object({
    type: z.literal('thumbnails'),
    requestId,
    targets: z.array(z.object({ life: lifeKey, seen: z.string().nullable() })).max(MAX_THUMBNAILS),
  }),
  z.object({ type: z.literal('log'), requestId, life: lifeKey, from: z.number().int(), limit: z.number().int() }),
  /** Newest epoch that has a log, for a runner the agent no longer knows. */
  z.object({ type: z.literal('newestLife'), requestId, runnerId: z.string() }),
  z.object({ type: z.literal('sample'), requestId, targets: z.array(sampleTarget) }),
])
export type ToObserver = z.infer<typeof toObserver>

const programSaid = z.object({
  type: z.literal('said'),
  life: lifeKey,
  /** OSC 7501; null before the program has used it, and once it has taken it back. */
  status: z.object({ activity: runnerActivity, message: z.string().nullable() }).nullable(),
  title: z.string(),
})

const programNotice = noticeReport
  .pick({ kind: true, text: true, count: true })
  .extend({ type: z.literal('notice'), life: lifeKey })

/** What the observer tells the agent unasked. */
export const fromObserver = z.discriminatedUnion('type', [
  /** Everything before `end` is in the log. */
  z.object({ type: z.literal('taken'), life: lifeKey, end: z.number().int() }),
  /** The emulator's answer to a query in live output, in the frame's data: to be typed into the terminal. */
  z.object({ type: z.literal('answer'), life: lifeKey }),
  /** The program in the terminal says something else of itself now. Sent after the output that says so. */
  programSaid,
  /** The program rings or notifies, in live output. Ever fewer of them while it goes on. */
  programNotice,
  /** Why recordings cannot be written, whosever; null once they can. */
  z.object({ type: z.literal('recording'), refused: z.string().nullable() }),
])
export type FromObserver = z.infer<typeof fromObserver> | SiblingAnswer
export type ProgramSaid = Pick<z.infer<typeof programSaid>, 'status' | 'title'>

export const adoptReply = z.object({ end: z.number().int() })
export const finishReply = z.object({ lastLines: z.string(), end: z.number().int() })
export const snapshotReply = z.object({ end: z.number().int(), ...size, title: z.string() })
export const screenBody = z.object({
  ...size,
  cursor: z.object({ x: z.number().int(), y: z.number().int() }),
  title: z.string(),
  text: z.string(),
})
export const thumbnailsBody = z.object({
  thumbnails: z.array(thumbnail.omit({ runnerId: true }).extend({ life: lifeKey })),
})
export const logBody = z.object({ offset: z.number().int(), end: z.number().int() })
export const newestLifeReply = z.object({ epoch: z.number().int().nullable() })
/** `foreground`: who has the terminal: the root of the tree, a job of it, or unknown. */
export const measuredVitals = runnerVitals
  .omit({ activity: true, activitySeq: true, cpuLimitPercent: true })
  .extend({ foreground: z.enum(['root', 'job', 'unknown']) })
export type MeasuredVitals = z.infer<typeof measuredVitals>
export const sampleReply = z.object({ vitals: z.array(measuredVitals) })

import { open } from 'node:fs/promises'
import { basename } from 'node:path'
import { z } from 'zod'

/** rollout-TIME-ID.jsonl: what codex writes of one conversation; sorted by name they are in the order they began. */
const NAME = /^rollout-[\dT-]+-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.jsonl$/

/** The first line holds the model's instructions: tens of kilobytes. */
const MAX_HEAD_BYTES = 1024 * 1024

const head = z.object({
  type: z.literal('session_meta'),
  payload: z.object({
    id: z.string(),
    cwd: z.string(),
    timestamp: z.iso.datetime(),
    /** The kind of client; an object for what codex itself has begun, such as a sub-agent. */
    source: z.union([z.string(), z.looseObject({})]).optional(),
  }),
})

/** What the first line of a rollout tells of its conversation. */
export interface RolloutHead {
  sessionId: string
  cwd: string
  /** Unix milliseconds. */
  startedAt: number
}

export const isRollout = (path: string): boolean => NAME.test(basename(path))

async function firstLine(path: string): Promise<string> {
  const file = await open(path)
  try {
    for await (const line of file.readLines({ end: MAX_HEAD_BYTES, autoClose: false })) return line
    return ''
  } finally {
    await file.close()
  }
}

/** Null where it is not there, its first line is not whole yet, or it is not a person's conversation. */
export async function readRolloutHead(path: string): Promise<RolloutHead | null> {
  let json: unknown
  try {
    json = JSON.parse(await firstLine(path))
  } catch {
    return null
  }
  const parsed = head.safeParse(json)
  if (!parsed.success || typeof parsed.data.payload.source === 'object') return null
  const { id, cwd, timestamp } = parsed.data.payload
  return { sessionId: id, cwd, startedAt: Date.parse(timestamp) }
}

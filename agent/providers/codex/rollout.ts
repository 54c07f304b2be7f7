import { readdir } from 'node:fs/promises'
import { basename, join, relative } from 'node:path'
import { z } from 'zod'
import { type FileBelow, openBelow } from '../../place/open-below'

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

/** Paths of what may be rollouts, below the directory that they are kept in. A linked directory is not walked. */
export async function listRollouts(sessions: string): Promise<string[]> {
  const entries = await readdir(sessions, { recursive: true, withFileTypes: true }).catch(() => [])
  return entries.flatMap(({ parentPath, name }) =>
    isRollout(name) ? [relative(sessions, join(parentPath, name))] : [],
  )
}

async function firstLine(rollout: FileBelow): Promise<string> {
  const file = await openBelow(rollout)
  try {
    for await (const line of file.readLines({ end: MAX_HEAD_BYTES, autoClose: false })) return line
    return ''
  } finally {
    await file.close()
  }
}

/** Null where it is not there or refused, its first line is not whole yet, or it is not a person's conversation. */
export async function readRolloutHead(rollout: FileBelow): Promise<RolloutHead | null> {
  let json: unknown
  try {
    json = JSON.parse(await firstLine(rollout))
  } catch {
    return null
  }
  const parsed = head.safeParse(json)
  if (!parsed.success || typeof parsed.data.payload.source === 'object') return null
  const { id, cwd, timestamp } = parsed.data.payload
  return { sessionId: id, cwd, startedAt: Date.parse(timestamp) }
}

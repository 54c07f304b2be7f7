import { readdir, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { FoundSession, SessionFile, SessionSearch } from '../provider'
import { codexDirectory } from './codex-directory'
import { isRollout, listRollouts, type RolloutHead, readRolloutHead } from './rollout'

/** A file's clock may be coarser than ours. */
const CLOCK_SLACK_MS = 1_000

/** The files that a process has open. One that has just ended has none. */
async function openFiles(pid: number): Promise<string[]> {
  const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => [])
  return Promise.all(descriptors.map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')))
}

async function readHeads(root: string, paths: readonly string[]): Promise<RolloutHead[]> {
  const heads = await Promise.all([...paths].sort().map((path) => readRolloutHead({ root, path })))
  return heads.filter((head) => head !== null)
}

/** Conversations that these processes write, in the order they began. For Linux: /proc tells. */
export async function openSessions({ pids, env }: Pick<SessionSearch, 'pids' | 'env'>): Promise<FoundSession[]> {
  const files = (await Promise.all(pids.map(openFiles))).flat()
  return readHeads(codexDirectory(env), [...new Set(files.filter(isRollout))])
}

/** sessions/YYYY/MM/DD, by local time. */
function dayDirectory(codexDirectory: string, time: number): string {
  const day = new Date(time)
  const digits = (value: number): string => `${value}`.padStart(2, '0')
  return join(codexDirectory, 'sessions', `${day.getFullYear()}`, digits(day.getMonth() + 1), digits(day.getDate()))
}

/**
 * For systems that do not tell what a process has open: the conversation that has begun in the runner's directory since it
 * started, where it is the only one. Of several it cannot be said whose they are.
 */
export async function recentSession({ cwd, env, startedAt, now }: SessionSearch): Promise<FoundSession[]> {
  const root = codexDirectory(env)
  const days = new Set([dayDirectory(root, startedAt), dayDirectory(root, now)])
  const lists = await Promise.all(
    [...days].map(async (day) => {
      const names = await readdir(day).catch(() => [])
      return names.filter(isRollout).map((name) => join(day, name))
    }),
  )
  const heads = await readHeads(root, lists.flat())
  const mine = heads.filter((head) => head.cwd === cwd && head.startedAt >= startedAt - CLOCK_SLACK_MS)
  return mine.length === 1 ? mine : []
}

export const findSessions = (search: SessionSearch): Promise<FoundSession[]> =>
  process.platform === 'linux' ? openSessions(search) : recentSession(search)

/** The rollout of a conversation, whenever it began. */
export async function findRollout(
  sessionId: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<SessionFile | null> {
  const root = codexDirectory(env)
  const sessions = join(root, 'sessions')
  const name = (await listRollouts(sessions)).find((candidate) => candidate.endsWith(`-${sessionId}.jsonl`))
  if (name === undefined) return null
  const path = join(sessions, name)
  return { path, cwd: (await readRolloutHead({ root, path }))?.cwd ?? null }
}

import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { lifeKey } from '../observer/protocol'
import type { StoredLife, StoredLog } from './plan-prune'
import { listSegments } from './recording-files'

async function livesIn(directory: string): Promise<string[]> {
  const names = await readdir(directory).catch((): string[] => [])
  return names.filter((name) => lifeKey.safeParse(name).success)
}

/** What is on the disk of recordings. `isLive`: whether a life still goes on. */
export async function findStoredLives(recordingsDir: string, isLive: (life: string) => boolean): Promise<StoredLife[]> {
  const lives: StoredLife[] = []
  for (const name of await livesIn(recordingsDir)) {
    const path = join(recordingsDir, name)
    const found = []
    for (const segment of await listSegments(path)) {
      const file = await stat(segment.path).catch(() => null)
      if (file === null) continue
      // It is written to, or about to be sealed.
      found.push({ path: segment.path, bytes: file.size, writtenAt: file.mtimeMs, inUse: !segment.sealed })
    }
    const separator = name.lastIndexOf('.')
    lives.push({
      path,
      runnerId: name.slice(0, separator),
      epoch: Number(name.slice(separator + 1)),
      isLive: isLive(name),
      segments: found,
    })
  }
  return lives
}

/** Output logs, as old as what was last written to any of their files. */
export async function findStoredLogs(logsDir: string, isLive: (life: string) => boolean): Promise<StoredLog[]> {
  const logs: StoredLog[] = []
  for (const name of await livesIn(logsDir)) {
    const path = join(logsDir, name)
    const files = [path, ...(await readdir(path).catch((): string[] => [])).map((file) => join(path, file))]
    const times = await Promise.all(files.map((file) => stat(file).catch(() => null)))
    const writtenAt = Math.max(...times.map((time) => time?.mtimeMs ?? 0))
    logs.push({ path, isLive: isLive(name), writtenAt })
  }
  return logs
}

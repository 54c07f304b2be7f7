import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { type ProcessIdentity, processIdentity } from '@/contracts/agent-protocol/messages'
import { isAlive } from './process-tree/identity'

/** `DIR/agent.json`: which process owns this directory. */
const lockRecord = z.object({ instanceId: z.string(), process: processIdentity })

/** Rounds of taking over a dead owner's record; another start may be doing the same. */
const MAX_ATTEMPTS = 20

/** Thrown when another live agent owns the directory. */
export class AlreadyRunning extends Error {
  constructor(readonly pid: number) {
    super(`another agent owns this directory (pid ${pid})`)
  }
}

const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code

function readOwner(path: string): { text: string; process: ProcessIdentity | null } | null {
  try {
    const text = readFileSync(path, 'utf8')
    const parsed = lockRecord.safeParse(JSON.parse(text))
    return { text, process: parsed.success ? parsed.data.process : null }
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null
    // Cut short by a crash: whoever wrote it is gone.
    if (error instanceof SyntaxError) return { text: readFileSync(path, 'utf8'), process: null }
    throw error
  }
}

/** Moves a dead owner's record away; a live one that took its place meanwhile is put back. */
function removeStale(path: string, staleText: string, suffix: string): void {
  const aside = `${path}.${suffix}`
  try {
    renameSync(path, aside)
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return
    throw error
  }
  if (readFileSync(aside, 'utf8') !== staleText) linkSync(aside, path)
  rmSync(aside, { force: true })
}

/**
 * Makes this process the owner of `dir`; only one can be. Returns what gives it up. Throws AlreadyRunning while
 * another owner lives.
 */
export function lockInstance(dir: string, instanceId: string, self: ProcessIdentity): () => void {
  const path = join(dir, 'agent.json')
  const fresh = `${path}.${instanceId}`
  // Whole before it has its name: nobody ever reads half a record.
  writeFileSync(fresh, JSON.stringify({ instanceId, process: self }), { mode: 0o600 })
  try {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
      try {
        linkSync(fresh, path)
        return () => rmSync(path, { force: true })
      } catch (error) {
        if (!hasCode(error, 'EEXIST')) throw error
      }
      const owner = readOwner(path)
      if (owner?.process != null && isAlive(owner.process, self.bootId)) throw new AlreadyRunning(owner.process.pid)
      if (owner !== null) removeStale(path, owner.text, `${instanceId}.stale`)
    }
    throw new Error(`${path} cannot be taken over`)
  } finally {
    rmSync(fresh, { force: true })
  }
}

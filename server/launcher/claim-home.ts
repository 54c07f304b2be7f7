import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { type LauncherState, launcherState } from '@/contracts/supervision/messages'
import { isSameProcess } from '@/platform/process-identity'

/** How the home was claimed: by this launcher, or not, because another one runs it. */
export type HomeClaim =
  | { kind: 'claimed' /** The one before died without stopping. */; afterCrash: boolean; release(): void }
  | { kind: 'held'; by: LauncherState }

/** Tries to replace a stale record; more than a few mean that two launchers start over and over. */
const MAX_ATTEMPTS = 5

function readState(file: string): LauncherState | undefined {
  try {
    return launcherState.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return undefined // Missing, cut off by a full disk, or of another version: nobody can be found by it.
  }
}

/** Whether `file` could be made as a link to `source`: atomic, and never over one that is there. */
function linked(source: string, file: string): boolean {
  try {
    linkSync(source, file)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

/**
 * Makes this launcher the one of its home, by writing its record to `file`. A record whose process is gone is
 * replaced. `isRunning` says whether a recorded process still lives.
 */
export function claimHome(file: string, own: LauncherState, isRunning = isSameProcess): HomeClaim {
  const draft = `${file}.${own.pid}`
  let afterCrash = false
  writeFileSync(draft, `${JSON.stringify(own, null, 2)}\n`, { mode: 0o600 })
  try {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      if (linked(draft, file)) return { kind: 'claimed', afterCrash, release: () => releaseHome(file, own) }
      const holder = readState(file)
      if (holder !== undefined && isRunning(holder)) return { kind: 'held', by: holder }
      // Moved away rather than removed, then looked at again: between the look and the move another start may have
      // put its own record there, which goes back.
      const aside = `${draft}.stale`
      renameSync(file, aside)
      const moved = readState(aside)
      if (moved !== undefined && isRunning(moved)) linked(aside, file)
      else afterCrash = true
      rmSync(aside, { force: true })
    }
    throw new Error(`${file} changes all the time: are many launchers started at once?`)
  } finally {
    rmSync(draft, { force: true })
  }
}

function releaseHome(file: string, own: LauncherState): void {
  const current = readState(file)
  if (current?.pid === own.pid && current.startTicks === own.startTicks) rmSync(file, { force: true })
}

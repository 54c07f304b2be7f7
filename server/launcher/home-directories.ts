import { chmodSync, mkdirSync } from 'node:fs'
import type { HomePaths } from '@/config/paths'
import { LauncherError } from './launcher-error'

/** Makes the directories of the home, for this user only (0700). Throws LauncherError when it cannot. */
export function createHomeDirectories(paths: HomePaths): void {
  const { home, runDir, keysDir, agentDir, logsDir, postgresDir } = paths
  for (const directory of [home, runDir, keysDir, agentDir, logsDir, postgresDir]) {
    try {
      mkdirSync(directory, { recursive: true, mode: 0o700 })
      // One that was there, or made under a strange umask.
      chmodSync(directory, 0o700)
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      throw new LauncherError(
        `${directory} cannot be used: ${reason}; choose another home with --home or STRATAVORE_HOME`,
      )
    }
  }
}

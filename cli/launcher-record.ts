import { readFileSync } from 'node:fs'
import { homePaths } from '@/config/paths'
import { type LauncherState, launcherState } from '@/contracts/supervision/messages'
import { isSameProcess } from '@/platform/process-identity'

/** The record of the launcher that runs `home`; null when there is none or its process is gone. */
export function readLauncherRecord(home: string): LauncherState | null {
  let text: string
  try {
    text = readFileSync(homePaths(home).launcherState, 'utf8')
  } catch {
    return null
  }
  const parsed = launcherState.safeParse(parseJson(text))
  return parsed.success && isSameProcess(parsed.data) ? parsed.data : null
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Written by an interrupted launcher: as good as none.
    return null
  }
}

import { execFileSync } from 'node:child_process'
import type { CliProcess } from '../cli'
import { RESTORE_TERMINAL, RESTORE_TITLE, SAVE_TITLE } from './terminal-modes'
import { startTerminalWatchdog } from './terminal-watchdog'

/** The terminal this process runs in, lent to a runner. */
export interface LocalTerminal {
  /** Gives it back as it was; more than once is harmless. */
  restore(): void
}

/** Node's raw mode leaves `\n` written as `\r\n`, which moves the cursor of programs that mean a plain line feed. */
function stopOutputProcessing(): void {
  try {
    execFileSync('stty', ['-opost'], { stdio: ['inherit', 'ignore', 'ignore'] })
  } catch {
    // Where there is no stty, those few programs draw wrongly; everything else works.
  }
}

/** Takes the terminal: raw keys, title saved, and a watchdog for the worst. */
export function takeTerminal({ env, stdin, stdout }: CliProcess): LocalTerminal {
  const dismiss = startTerminalWatchdog(env)
  let taken = true
  function restore(): void {
    if (!taken) return
    taken = false
    process.off('exit', restore)
    stdin.pause()
    try {
      stdin.setRawMode(false)
      // Then below whatever is shown, where a shell's prompt overwrites nothing.
      stdout.write(`${RESTORE_TERMINAL}${RESTORE_TITLE}\x1b[${stdout.rows || 24};1H\r\n`)
    } catch {
      // The terminal itself is gone (its window was closed): there is nothing left to restore.
    }
    dismiss()
  }
  // The last resort for every way out of the process that this program did not foresee.
  process.on('exit', restore)
  stdin.setRawMode(true)
  stopOutputProcessing()
  stdout.write(SAVE_TITLE)
  return { restore }
}

import { execFileSync, spawn } from 'node:child_process'
import type { CliProcess } from '../cli'
import { RESTORE_TERMINAL, RESTORE_TITLE } from './terminal-modes'

/**
 * Waits for a word on stdin. Its end without the word means that the parent was killed: then the terminal (fd 3) gets
 * its settings ($1) and modes ($2) back. TTOU is ignored because by then a shell has the foreground.
 */
const SCRIPT = `trap '' TTOU HUP INT TERM
read -r word
[ "$word" = done ] && exit 0
stty "$1" <&3
printf '%s' "$2" >&3`

/** Reads the terminal's settings in stty's own form; null where there is no stty. */
function savedSettings(): string | null {
  try {
    return execFileSync('stty', ['-g'], { stdio: ['inherit', 'pipe', 'ignore'], encoding: 'utf8' }).trim()
  } catch {
    return null
  }
}

/**
 * Starts a small child that gives the terminal on stdin back its settings when this process dies without a chance to
 * do so itself (SIGKILL). Call before raw mode. The returned function dismisses it; it does nothing on systems
 * without stty.
 */
export function startTerminalWatchdog(env: CliProcess['env']): () => void {
  const settings = savedSettings()
  if (settings === null) return () => undefined
  const child = spawn(
    '/bin/sh',
    ['-c', SCRIPT, 'stratavore-watchdog', settings, `${RESTORE_TERMINAL}${RESTORE_TITLE}`],
    {
      // Its own session, so that whatever ends this process's group does not end it too.
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore', 0],
      // Next.js types demand NODE_ENV of every environment; the shell does not.
      env: env as NodeJS.ProcessEnv,
    },
  )
  // Without a watchdog everything but SIGKILL is still handled.
  child.on('error', () => undefined)
  child.stdin?.on('error', () => undefined)
  child.unref()
  return () => {
    child.stdin?.end('done\n')
  }
}

import { join } from 'node:path'
import type { HomePaths } from '@/config/paths'
import { openChildLog } from './child-log'
import { LauncherError } from './launcher-error'
import { spawnChild } from './spawn-child'
import { type Console, startStep } from './start-line'
import { type SupervisedChild, superviseChild } from './supervise-child'

/** The processes a launcher keeps running, in the order they start. */
export const childNames = ['daemon', 'web'] as const
export type ChildName = (typeof childNames)[number]

export interface ChildrenOptions {
  /** Directory of the bundles. */
  dist: string
  cwd: string
  env: NodeJS.ProcessEnv
  paths: HomePaths
  /** Values that must not be in their logs. */
  secrets: readonly string[]
  terminal: Console
  /** A child failed for good after the start was complete. */
  onFailed(message: string): void
}

const LABELS: Record<ChildName, string> = { daemon: 'Start the daemon', web: 'Start web' }

/**
 * Starts web and daemon side by side and resolves when both serve. Each child is handed to `onStarted` at once, so
 * that a stop during the start finds it. Rejects with LauncherError when one cannot start.
 */
export async function startChildren(
  options: ChildrenOptions,
  onStarted: (name: ChildName, child: SupervisedChild) => void,
): Promise<void> {
  const { terminal, paths } = options

  const startOne = (name: ChildName): Promise<string> =>
    new Promise((resolve, reject) => {
      let started = false
      const logFile = join(paths.logsDir, `${name}.log`)
      const log = openChildLog(logFile, options.secrets, (line) => terminal.error(`${name}: ${line}\n`))
      const program = { script: join(options.dist, `${name}.mjs`), env: options.env, cwd: options.cwd }
      const child = superviseChild(name, spawnChild(program, log), {
        ready(detail, pid) {
          if (started) terminal.error(`${name}: runs again (pid ${pid})\n`)
          started = true
          resolve(detail)
        },
        notice(message) {
          terminal.error(`${name}: ${message}\n`)
        },
        restarting(how, delayMs) {
          terminal.error(`${name}: ended unexpectedly (${how}); starting it again in ${delayMs} ms; log: ${logFile}\n`)
        },
        failed(message) {
          const text = `${message}; log: ${logFile}`
          if (started) options.onFailed(text)
          reject(new LauncherError(text))
        },
      })
      onStarted(name, child)
    })

  await Promise.all(
    childNames.map((name) =>
      startStep(
        terminal,
        LABELS[name],
        () => startOne(name),
        (detail) => detail,
      ),
    ),
  )
}

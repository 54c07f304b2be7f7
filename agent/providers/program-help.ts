import { execFile } from 'node:child_process'
import { stat } from 'node:fs/promises'
import { promisify } from 'node:util'

/** Printing its help takes a program well below a second; without an answer it is taken to have no options. */
const TIMEOUT_MS = 10_000
const MAX_HELP_BYTES = 256 * 1024

const run = promisify(execFile)

/** What the program at a path prints as its help, to know which options this version of it has; '' when nothing. */
export type HelpReader = (program: string, env: Readonly<Record<string, string>>) => Promise<string>

/** A reader that asks each program once, and again after its file has changed. */
export function createHelpReader(): HelpReader {
  const known = new Map<string, { changedAt: number; help: Promise<string> }>()
  return async (program, env) => {
    const changedAt = await stat(program).then(
      (file) => file.mtimeMs,
      () => 0,
    )
    const earlier = known.get(program)
    if (earlier?.changedAt === changedAt) return earlier.help
    const childEnv = { ...env } as NodeJS.ProcessEnv
    const help = run(program, ['--help'], { env: childEnv, timeout: TIMEOUT_MS, maxBuffer: MAX_HELP_BYTES }).then(
      ({ stdout }) => stdout,
      () => '',
    )
    known.set(program, { changedAt, help })
    return help
  }
}

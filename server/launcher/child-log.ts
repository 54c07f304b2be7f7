import { appendFileSync, renameSync, statSync } from 'node:fs'
import { createRedactor } from '@/contracts/redaction/redactor'

/** Past this the log is set aside; with the one before, a child's logs hold at most twice as much. */
const MAX_LOG_BYTES = 16 * 1024 * 1024
/** A line longer than this is cut where it is shown; the file has all of it. */
const MAX_ECHO_CHARACTERS = 2_000
/** pino's number for "error"; what is less severe stands in the file only. */
const ERROR_LEVEL = 50

export interface ChildLog {
  write(chunk: Buffer, stream: 'stdout' | 'stderr'): void
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0
}

/** What of one line belongs on the launcher's stderr: errors of the structured log, and everything unstructured. */
export function lineToEcho(line: string, stream: 'stdout' | 'stderr'): string | undefined {
  if (line.trim() === '') return undefined
  try {
    const entry: unknown = JSON.parse(line)
    if (typeof entry === 'object' && entry !== null && 'level' in entry) {
      const { level } = entry
      const text = 'msg' in entry ? String(entry.msg) : line
      return typeof level === 'number' && level >= ERROR_LEVEL ? text.slice(0, MAX_ECHO_CHARACTERS) : undefined
    }
  } catch {
    // Not structured: a warning of Node, a stack of a crash.
  }
  return stream === 'stderr' ? line.slice(0, MAX_ECHO_CHARACTERS) : undefined
}

/** Appends a child's output to `file`, without `secrets`, keeping the file bounded, and hands lines worth showing to `echo`. */
export function openChildLog(file: string, secrets: readonly string[], echo: (line: string) => void): ChildLog {
  let size = sizeOf(file)
  // Children take secrets out of what they log; what Node prints of one that crashes goes past them.
  const redactors = { stdout: createRedactor(secrets), stderr: createRedactor(secrets) }
  const partial = { stdout: '', stderr: '' }

  function rotateIfFull(): void {
    if (size < MAX_LOG_BYTES) return
    renameSync(file, `${file}.1`)
    size = 0
  }

  rotateIfFull()
  return {
    write(given, stream) {
      rotateIfFull()
      const redactor = redactors[stream]
      // Let go of at once: a child that dies over a line says no more.
      const clean = redactor.push(given.toString('latin1')) + redactor.flush()
      const chunk = Buffer.from(clean, 'latin1')
      appendFileSync(file, chunk, { mode: 0o600 })
      size += chunk.length
      const lines = (partial[stream] + chunk.toString('utf8')).split('\n')
      partial[stream] = (lines.pop() ?? '').slice(-MAX_ECHO_CHARACTERS)
      for (const line of lines) {
        const shown = lineToEcho(line, stream)
        if (shown !== undefined) echo(shown)
      }
    },
  }
}

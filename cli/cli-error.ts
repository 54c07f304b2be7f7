import { TRPCClientError } from '@trpc/client'
import { CommanderError } from 'commander'
import { type ApiFailure, readApiFailure } from '@/client/api/api-failure'
import { SettingsError } from '@/config/settings-error'
import { ExitCode, exitCodeOfFailure } from './exit-code'
import { inertLine } from './text/inert-text'

/** An end that is not success: `message` is the one line a person reads, `exitCode` what a script reads. */
export class CliError extends Error {
  override readonly name = 'CliError'
  constructor(
    message: string,
    readonly exitCode: ExitCode = ExitCode.failed,
  ) {
    super(message)
  }
}

/** A failed API call in one line: what, which inputs, what to do. */
export function describeFailure(failure: ApiFailure): string {
  if (failure.code === 'unreachable') return `no server answers (${failure.message}); start it with: stratavore up`
  const fields = Object.entries(failure.fields ?? {}).filter(([, problem]) => !failure.message.includes(problem))
  const details = fields.map(([path, problem]) => `${path}: ${problem}`)
  const what = [failure.message, ...details].join('; ')
  return failure.hint ? `${what} (${failure.hint})` : what
}

/** Whatever was thrown, as the line for stderr (null when all is said already) and the exit code. */
export function explainError(error: unknown): { line: string | null; exitCode: ExitCode } {
  // Thrown on the way of a call, it comes wrapped.
  if (error instanceof TRPCClientError && error.cause instanceof CliError) return explainError(error.cause)
  if (error instanceof CliError) return { line: inertLine(error.message), exitCode: error.exitCode }
  if (error instanceof SettingsError) return { line: inertLine(error.message), exitCode: ExitCode.usage }
  // Commander has printed its own line, or the help that was asked for.
  if (error instanceof CommanderError)
    return { line: null, exitCode: error.exitCode === 0 ? ExitCode.ok : ExitCode.usage }
  const failure = readApiFailure(error)
  return { line: inertLine(describeFailure(failure)), exitCode: exitCodeOfFailure(failure.code) }
}

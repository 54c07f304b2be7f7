import type { ApiFailure } from '@/client/api/api-failure'

/** What the process exits with; shown by `stratavore --help` and relied on by scripts. */
export const ExitCode = {
  ok: 0,
  failed: 1,
  usage: 2,
  notFound: 3,
  refused: 4,
  unreachable: 5,
} as const
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode]

/** The lines of the main help. */
export const EXIT_CODE_HELP = `Exit codes:
  0  done
  1  failed
  2  wrong usage: flags, arguments or settings
  3  not found
  4  refused by a quota or a budget
  5  no server or daemon answers`

/** The exit code that stands for a failed API call. */
export function exitCodeOfFailure(code: ApiFailure['code']): ExitCode {
  switch (code) {
    case 'invalid_input':
      return ExitCode.usage
    case 'not_found':
      return ExitCode.notFound
    case 'quota_exceeded':
    case 'budget_exhausted':
      return ExitCode.refused
    case 'unreachable':
    case 'unavailable':
      return ExitCode.unreachable
    default:
      return ExitCode.failed
  }
}

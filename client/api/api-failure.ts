import { TRPCClientError } from '@trpc/client'
import { apiErrorData, type ErrorCode } from '@/contracts/errors/errors'
import { Refused } from './ask-json'
import { ForeignAnswer } from './checked-fetch'

/** What went wrong with a call, whoever made it. `unreachable`: nobody answered, so nothing is known of the outcome. */
export interface ApiFailure {
  code: ErrorCode | 'unreachable'
  message: string
  hint: string | null
  /** Which inputs were wrong, by dotted path. */
  fields: Record<string, string> | null
  requestId: string | null
}

/** Refusals that asking again cannot change. */
const FINAL_REFUSALS: ReadonlySet<string> = new Set<ErrorCode>([
  'not_found',
  'forbidden',
  'unauthenticated',
  'invalid_input',
  'invalid_state',
])

/** Whether asking the same again is of no use. */
export const isFinal = ({ code }: ApiFailure): boolean => FINAL_REFUSALS.has(code)

/** What an HTTP status means when the answer is not the API's own (a proxy, the Host check, a tunnel). */
function codeOfStatus(status: number): ErrorCode {
  if (status === 401) return 'unauthenticated'
  if (status === 403) return 'forbidden'
  if (status === 404) return 'not_found'
  if (status === 413) return 'payload_too_large'
  if (status === 429) return 'rate_limited'
  if (status === 502 || status === 503) return 'unavailable'
  if (status === 504) return 'timeout'
  return 'internal'
}

/** Reads anything a tRPC call may throw into one shape; never throws itself. */
export function readApiFailure(error: unknown): ApiFailure {
  const message = error instanceof Error ? error.message : String(error)
  const bare = { message, hint: null, fields: null, requestId: null }
  if (error instanceof Refused) return { ...bare, code: error.code, hint: error.hint }
  if (!(error instanceof TRPCClientError)) return { ...bare, code: 'internal' }
  const ours = apiErrorData.safeParse(error.data)
  if (ours.success) return { message, ...ours.data.stratavore }
  const { cause } = error
  if (cause instanceof ForeignAnswer) return { ...bare, code: codeOfStatus(cause.status), message: cause.message }
  // The body was no JSON, so its parse error would tell a person nothing.
  if (cause instanceof SyntaxError)
    return { ...bare, code: 'internal', message: 'the answer was not one of Stratavore' }
  if (error.data) return { ...bare, code: 'internal' }
  return { ...bare, code: 'unreachable', message: reasonOfSilence(error) }
}

/** `fetch failed` says nothing; its cause (ECONNREFUSED and the like) does. */
function reasonOfSilence(error: Error): string {
  let reason: unknown = error
  // Bounded: a cause chain may be a loop.
  for (let depth = 0; depth < 5 && reason instanceof Error && reason.cause instanceof Error; depth++)
    reason = reason.cause
  return reason instanceof Error && reason.message !== '' ? reason.message : error.message
}

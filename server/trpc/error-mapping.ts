import type { TRPCError } from '@trpc/server'
import { ZodError, type z } from 'zod'
import type { ErrorCode } from '@/contracts/errors/errors'
import { StratavoreError } from '../core/errors'
import { isDatabaseAway } from '../db/database-away'
import { isUnstorableText } from '../db/unstorable-text'

type TrpcCode = TRPCError['code']

/** Which HTTP-like code stands for which of ours. Adding an error code without one fails to compile. */
const TRPC_CODES: Record<ErrorCode, TrpcCode> = {
  invalid_input: 'BAD_REQUEST',
  unauthenticated: 'UNAUTHORIZED',
  forbidden: 'FORBIDDEN',
  not_found: 'NOT_FOUND',
  conflict: 'CONFLICT',
  quota_exceeded: 'TOO_MANY_REQUESTS',
  budget_exhausted: 'PAYMENT_REQUIRED',
  provider_unavailable: 'PRECONDITION_FAILED',
  node_unavailable: 'SERVICE_UNAVAILABLE',
  invalid_state: 'CONFLICT',
  rate_limited: 'TOO_MANY_REQUESTS',
  payload_too_large: 'PAYLOAD_TOO_LARGE',
  unavailable: 'SERVICE_UNAVAILABLE',
  timeout: 'GATEWAY_TIMEOUT',
  internal: 'INTERNAL_SERVER_ERROR',
}

/** tRPC's own refusals, in our words. */
const OWN_CODES: Partial<Record<TrpcCode, ErrorCode>> = {
  BAD_REQUEST: 'invalid_input',
  PARSE_ERROR: 'invalid_input',
  NOT_FOUND: 'not_found',
  METHOD_NOT_SUPPORTED: 'invalid_input',
  UNSUPPORTED_MEDIA_TYPE: 'invalid_input',
  PAYLOAD_TOO_LARGE: 'payload_too_large',
  UNAUTHORIZED: 'unauthenticated',
  FORBIDDEN: 'forbidden',
}

export interface ApiError {
  code: ErrorCode
  trpcCode: TrpcCode
  message: string
  hint: string | null
  fields: Record<string, string> | null
}

const make = (
  code: ErrorCode,
  message: string,
  hint: string | null = null,
  fields: ApiError['fields'] = null,
): ApiError => ({
  code,
  trpcCode: TRPC_CODES[code],
  message,
  hint,
  fields,
})

/** Of a bad input so much is told: what somebody sent must not come back at its length. */
const MAX_PROBLEMS = 20
const MAX_NAME = 64

const shownName = (name: PropertyKey): string =>
  String(name).length <= MAX_NAME ? String(name) : `(a name of ${String(name).length} characters)`

function problemOf(issue: z.core.$ZodIssue): string {
  if (issue.code !== 'unrecognized_keys') return issue.message
  const names = issue.keys.slice(0, MAX_PROBLEMS).map((name) => `"${shownName(name)}"`)
  return `There is no ${names.join(', ')}${issue.keys.length > MAX_PROBLEMS ? ' and so on' : ''}.`
}

const fieldsOf = ({ issues }: ZodError): Record<string, string> =>
  Object.fromEntries(
    issues.slice(0, MAX_PROBLEMS).map((issue) => [issue.path.map(shownName).join('.') || 'input', problemOf(issue)]),
  )

/** What a caller is told of an error. Anything unforeseen is `internal`, and says nothing of what happened inside. */
export function toApiError(error: TRPCError): ApiError {
  const { cause } = error
  if (cause instanceof StratavoreError) return make(cause.code, cause.message, cause.hint, cause.fields)
  if (cause instanceof ZodError && error.code === 'BAD_REQUEST') {
    const fields = fieldsOf(cause)
    const message = Object.entries(fields).map(([field, problem]) => `${field}: ${problem}`)
    return make('invalid_input', message.join('; '), null, fields)
  }
  if (isUnstorableText(cause)) return make('invalid_input', 'A text in it has a character that cannot be stored.')
  if (isDatabaseAway(cause)) {
    return make(
      'unavailable',
      'The database does not answer.',
      'Try again in a moment. Whether this call changed anything is not known: look first, or repeat it with the same idempotency key.',
    )
  }
  const own = OWN_CODES[error.code]
  if (own)
    return { ...make(own, own === 'not_found' ? 'There is no such procedure.' : error.message), trpcCode: error.code }
  return make('internal', 'Something went wrong inside Stratavore.', 'The log of the web process has the details.')
}

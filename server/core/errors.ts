import type { ErrorCode } from '@/contracts/errors/errors'

interface ErrorOptions {
  /** What the person can do about it. */
  hint?: string
  /** Wrong inputs by dotted path. */
  fields?: Record<string, string>
  cause?: unknown
  /** When it is worth asking again, seconds: the `Retry-After` of the answer. */
  retryAfterS?: number
}

/** The one error services throw. Its code is from the closed set; its message is meant for people. */
export class StratavoreError extends Error {
  readonly hint: string | null
  readonly fields: Record<string, string> | null
  readonly retryAfterS: number | null

  constructor(
    readonly code: ErrorCode,
    message: string,
    options: ErrorOptions = {},
  ) {
    super(message, { cause: options.cause })
    this.name = 'StratavoreError'
    this.hint = options.hint ?? null
    this.fields = options.fields ?? null
    this.retryAfterS = options.retryAfterS ?? null
  }
}

export const notFound = (what: string, ref: string): StratavoreError =>
  new StratavoreError('not_found', `There is no ${what} ${ref}.`)

/** A bad input found after parsing, tied to its field. */
export const invalidInput = (field: string, message: string, hint?: string): StratavoreError =>
  new StratavoreError('invalid_input', `${field}: ${message}`, { fields: { [field]: message }, hint })

import type { NotifyResult } from '../../core/ports/notifier'

/** Longest one outside call may take, answer included. */
export const CALL_TIMEOUT_MS = 10_000
/** What is read of an answer: enough for an error message. */
const MAX_ANSWER_BYTES = 4_096
/** What is told of it. */
const MAX_DETAIL = 200

/** Codes that may be different the next time; every other refusal will be the same. */
const PASSING_STATUSES: ReadonlySet<number> = new Set([408, 409, 421, 423, 425, 429])
/** Codes that speak of the whole server (or of what stands before it), not of one request. */
const SERVER_STATUSES: ReadonlySet<number> = new Set([429, 502, 503, 504])

interface Call {
  url: string
  method: 'POST' | 'DELETE'
  headers: Record<string, string>
  body?: string
}

/** `status`: the code of a refusal; null when nothing was asked. */
type CallResult = Exclude<NotifyResult, { kind: 'refused' }> | { kind: 'refused'; error: string; status: number | null }

/**
 * Makes one call and judges it. Always resolves, within a bounded time. Redirects are not followed: a token must not
 * travel to another host. `explain` makes an error of an answer's text.
 */
export async function call(
  { url, ...request }: Call,
  explain: (text: string) => string,
  timeoutMs: number,
): Promise<CallResult> {
  try {
    const response = await fetch(url, { ...request, redirect: 'manual', signal: AbortSignal.timeout(timeoutMs) })
    const text = await readSome(response)
    if (response.ok) return { kind: 'sent' }
    const detail = explain(text).slice(0, MAX_DETAIL)
    const error = `HTTP ${response.status}${detail === '' ? '' : `: ${detail}`}`
    if (response.status >= 500 || PASSING_STATUSES.has(response.status)) {
      const afterMs = retryAfterMs(response.headers.get('retry-after'))
      return { kind: 'retry', error, afterMs, forAll: SERVER_STATUSES.has(response.status) }
    }
    if (response.status >= 300 && response.status < 400) {
      return {
        kind: 'refused',
        status: response.status,
        error: `${error} redirects, which is not followed: set the address it leads to`,
      }
    }
    return { kind: 'refused', status: response.status, error }
  } catch (error) {
    return judgeFailure(error, timeoutMs)
  }
}

/** `Retry-After` in seconds, as everybody sends it; a date would need the other side's clock. */
function retryAfterMs(header: string | null): number | null {
  return header !== null && /^\d{1,7}$/.test(header) ? Number(header) * 1000 : null
}

/** The beginning of an answer's body; the rest is not waited for. */
async function readSome(response: Response): Promise<string> {
  const reader = response.body?.getReader()
  if (!reader) return ''
  const chunks: Uint8Array[] = []
  let length = 0
  while (length < MAX_ANSWER_BYTES) {
    const { done, value } = await reader.read()
    if (done) break
    chunks.push(value)
    length += value.length
  }
  await reader.cancel()
  return Buffer.concat(chunks).subarray(0, MAX_ANSWER_BYTES).toString('utf8')
}

/**
 * What came of a call that got no answer. Never the words of the error itself: fetch repeats the whole address in them,
 * or a header.
 */
function judgeFailure(error: unknown, timeoutMs: number): CallResult {
  const retry = (text: string): CallResult => ({ kind: 'retry', error: text, afterMs: null, forAll: true })
  if (error instanceof Error && error.name === 'TimeoutError') return retry(`no answer within ${timeoutMs / 1000} s`)
  const cause = error instanceof Error ? error.cause : undefined
  // Whatever the network does is in the cause; a request that cannot even be made has none, and stays so.
  if (cause === undefined)
    return { kind: 'refused', status: null, error: 'the call cannot be made: check the address and the token' }
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  return retry(/^[A-Z0-9_]{1,64}$/.test(code) ? `cannot be reached (${code})` : 'cannot be reached')
}

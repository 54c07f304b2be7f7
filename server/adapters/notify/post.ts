import { type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import type { NotifyResult } from '../../core/ports/notifier'
import { AddressRefused, guardedLookup, type JudgeAddress, judgeLiteral } from './reachable'

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
  /** Which addresses may be called at all. */
  judge: JudgeAddress
}

/** `status`: the code of a refusal; null when nothing was asked. */
type CallResult = Exclude<NotifyResult, { kind: 'refused' }> | { kind: 'refused'; error: string; status: number | null }

/**
 * Makes one call and judges it. Always resolves, within a bounded time. Redirects are not followed: a token must not
 * travel to another host, and nobody else decides where is called. `explain` makes an error of an answer's text.
 */
export async function call(asked: Call, explain: (text: string) => string, timeoutMs: number): Promise<CallResult> {
  const signal = AbortSignal.timeout(timeoutMs)
  try {
    const response = await send(asked, signal)
    const status = response.statusCode ?? 0
    const text = await readSome(response)
    if (status >= 200 && status < 300) return { kind: 'sent' }
    const detail = explain(text).slice(0, MAX_DETAIL)
    const error = `HTTP ${status}${detail === '' ? '' : `: ${detail}`}`
    if (status >= 500 || PASSING_STATUSES.has(status)) {
      const afterMs = retryAfterMs(response.headers['retry-after'])
      return { kind: 'retry', error, afterMs, forAll: SERVER_STATUSES.has(status) }
    }
    if (status >= 300 && status < 400) {
      return {
        kind: 'refused',
        status,
        error: `${error} redirects, which is not followed: set the address it leads to`,
      }
    }
    return { kind: 'refused', status, error }
  } catch (error) {
    return judgeFailure(error, signal.aborted, timeoutMs)
  }
}

/** Sends; resolves with the head of the answer. Throws what the network, the address or a header is to blame for. */
async function send({ url, method, headers, body, judge }: Call, signal: AbortSignal): Promise<IncomingMessage> {
  const address = new URL(url)
  // No setting holds them; what did would be sent along in a header.
  if (address.username !== '' || address.password !== '') throw new TypeError('credentials in an address')
  judgeLiteral(address, judge)
  const request = address.protocol === 'https:' ? requestHttps : requestHttp
  // A connection of its own: one that is kept alive may have been closed meanwhile, and was judged some other day.
  const outgoing = request(address, { method, headers, signal, agent: false, lookup: guardedLookup(judge) })
  return new Promise((resolve, reject) => {
    outgoing.once('response', resolve)
    outgoing.once('error', reject)
    outgoing.end(body)
  })
}

/** `Retry-After` in seconds, as everybody sends it; a date would need the other side's clock. */
function retryAfterMs(header: string | undefined): number | null {
  return header !== undefined && /^\d{1,7}$/.test(header) ? Number(header) * 1000 : null
}

/** The beginning of an answer's body; the rest is not waited for. */
async function readSome(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  // Leaving the loop early closes the connection.
  for await (const chunk of response) {
    chunks.push(chunk)
    length += chunk.length
    if (length >= MAX_ANSWER_BYTES) break
  }
  return Buffer.concat(chunks).subarray(0, MAX_ANSWER_BYTES).toString('utf8')
}

/**
 * What came of a call that got no answer. Never the words of a foreign error: they may repeat the whole address, or a
 * header.
 */
function judgeFailure(error: unknown, timedOut: boolean, timeoutMs: number): CallResult {
  const retry = (text: string): CallResult => ({ kind: 'retry', error: text, afterMs: null, forAll: true })
  if (error instanceof AddressRefused) return { kind: 'refused', status: null, error: `not called: ${error.message}` }
  if (timedOut) return retry(`no answer within ${timeoutMs / 1000} s`)
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  // Node's own codes are about a request that cannot even be made, and stays so.
  if (code === '' || code.startsWith('ERR_'))
    return { kind: 'refused', status: null, error: 'the call cannot be made: check the address and the token' }
  return retry(/^[A-Z0-9_]{1,64}$/.test(code) ? `cannot be reached (${code})` : 'cannot be reached')
}

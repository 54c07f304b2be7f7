import type { IncomingMessage, ServerResponse } from 'node:http'
import type { z } from 'zod'
import type { ErrorCode } from '@/contracts/errors/errors'
import type { signInRefusal } from '@/contracts/identity/identity'
import { INTENT_HEADER } from '@/contracts/identity/intent-header'
import type { RedactText } from '@/contracts/redaction/redact-text'
import { StratavoreError } from '../core/errors'
import type { RequestClient } from '../core/request-client'
import { isUnstorableText } from '../db/unstorable-text'

const STATUS: Partial<Record<ErrorCode, number>> = {
  invalid_input: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  payload_too_large: 413,
  rate_limited: 429,
  node_unavailable: 503,
  unavailable: 503,
}

/** What a route answers, as JSON. */
export type Answer = (request: IncomingMessage, response: ServerResponse, client: RequestClient) => Promise<unknown>

/**
 * Routes beside the API, for those who are not signed in, by what follows their common path. Each answers JSON; a POST
 * needs the header no other site can send, so that no other site makes a browser ask.
 */
export function createJsonRoutes(routes: {
  posts: Record<string, Answer>
  gets: Record<string, Answer>
  /** Takes out of what is said of a problem what it may repeat of a secret. */
  redact: RedactText
}) {
  const { posts, gets, redact } = routes
  return async (
    request: IncomingMessage,
    response: ServerResponse,
    path: string,
    client: RequestClient,
  ): Promise<void> => {
    response.setHeader('cache-control', 'no-store')
    const method = Object.hasOwn(posts, path) ? 'POST' : Object.hasOwn(gets, path) ? 'GET' : null
    const answer = posts[path] ?? gets[path]
    if (method === null || !answer) return refuse(response, 404, 'not_found', 'There is nothing here.')
    if (request.method !== method) {
      response.setHeader('allow', method)
      return refuse(response, 405, 'invalid_input', `This is asked with ${method}.`)
    }
    if (method === 'POST') {
      if (!/^application\/json\b/i.test(request.headers['content-type'] ?? ''))
        return refuse(response, 415, 'invalid_input', 'Send application/json.')
      if (request.headers[INTENT_HEADER] === undefined)
        return refuse(response, 403, 'forbidden', `The header ${INTENT_HEADER} is missing.`)
    }
    try {
      send(response, 200, await answer(request, response, client))
    } catch (error) {
      if (isUnstorableText(error))
        return refuse(response, 400, 'invalid_input', 'A text in it has a character that cannot be stored.')
      if (!(error instanceof StratavoreError)) throw error
      if (error.retryAfterS !== null) response.setHeader('retry-after', `${Math.ceil(error.retryAfterS)}`)
      const hint = error.hint === null ? null : redact(error.hint)
      refuse(response, STATUS[error.code] ?? 409, error.code, redact(error.message), hint)
    }
  }
}

function refuse(
  response: ServerResponse,
  status: number,
  code: ErrorCode,
  message: string,
  hint?: string | null,
): void {
  send(response, status, { error: { code, message, hint: hint ?? null } } satisfies z.input<typeof signInRefusal>)
}

const send = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body))
}

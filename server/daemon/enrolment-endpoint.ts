import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Logger } from 'pino'
import { RateLimiterMemory } from 'rate-limiter-flexible'
import { ENROL_PATH, type EnrolReply, type EnrolRequest, enrolRequest } from '@/contracts/agent-protocol/enrolment'
import { clientBlock } from '../core/client-block'
import { StratavoreError } from '../core/errors'
import { readBody } from '../core/read-body'

/** A token and a request for a certificate are about 700 bytes. */
const MAX_BODY_BYTES = 8_192
/** A person joins a machine or two; who guesses would need to be faster. */
const PER_ADDRESS = { points: 10, duration: 60 }
/** Refused of all addresses together: each is a row of the audit log. What is no request at all is none, and counts by address. */
const IN_ALL = { points: 60, duration: 60 }

const STATUS: Partial<Record<StratavoreError['code'], number>> = {
  unauthenticated: 401,
  invalid_input: 400,
  payload_too_large: 413,
  rate_limited: 429,
}

function parse(text: string): EnrolRequest {
  try {
    const parsed = enrolRequest.safeParse(JSON.parse(text))
    if (parsed.success) return parsed.data
  } catch {
    // Said below, like everything else that is none.
  }
  throw new StratavoreError('invalid_input', 'This is no request to join.')
}

/** Answers `POST /enrol` with a certificate, and everything else with 404. */
export function createEnrolmentEndpoint(
  enrol: (request: EnrolRequest, from: string) => Promise<EnrolReply>,
  log: Logger,
) {
  const limits = [new RateLimiterMemory(PER_ADDRESS), new RateLimiterMemory(IN_ALL)] as const

  const spend = async (limit: RateLimiterMemory, key: string): Promise<void> => {
    await limit.consume(key).catch(() => {
      throw new StratavoreError('rate_limited', 'Too many tries to join; wait a minute.')
    })
  }

  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const reply = (status: number, body: unknown) => {
      response
        .writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store', connection: 'close' })
        .end(JSON.stringify(body))
    }
    if (request.url !== ENROL_PATH) return reply(404, {})
    if (request.method !== 'POST') return reply(405, {})
    if (!/^application\/json\b/.test(request.headers['content-type'] ?? '')) return reply(415, {})
    const from = request.socket.remoteAddress ?? 'unknown'
    try {
      await spend(limits[0], clientBlock(from))
      const asked = parse(await readBody(request, MAX_BODY_BYTES))
      await spend(limits[1], 'all')
      const joined = await enrol(asked, from)
      await limits[1].reward('all')
      reply(200, joined)
    } catch (error) {
      const known = error instanceof StratavoreError && STATUS[error.code] !== undefined
      if (!known) log.error({ err: error }, 'a machine could not join')
      else log.warn({ from, code: error.code }, 'a machine was not let in')
      if (known) reply(STATUS[error.code] ?? 500, { code: error.code, error: error.message })
      else reply(500, { code: 'internal', error: 'The daemon failed.' })
    }
  }
}

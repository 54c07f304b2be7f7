import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { TRPCError } from '@trpc/server'
import { createHTTPHandler } from '@trpc/server/adapters/standalone'
import type { Logger } from 'pino'
import { StratavoreError } from '../core/errors'
import type { Limits } from '../core/limits'
import type { Identity } from '../services/identity/authenticate'
import type { SharedServices } from '../services/service-context'
import { appRouter } from '../trpc/app-router'
import type { EventFeed } from '../trpc/event-feed'
import type { LiveDetails } from '../trpc/live-details'
import { clientOf } from './client-of'

export const API_PATH = '/api/trpc/'
/** Larger than the largest input (a prompt or a `send`), with room for JSON escapes. */
const MAX_BODY_BYTES = 1024 * 1024
/** Calls in one batch; the dashboard sends a handful. */
const MAX_BATCH_SIZE = 50

/** When it is worth asking again what could not be answered, seconds. */
const RETRY_AFTER_S = '2'

/** The longest wait that any of these errors asks for; null where none does. */
function retryAfter(errors: readonly TRPCError[]): string | null {
  const told = errors.flatMap(({ cause }) => (cause instanceof StratavoreError ? (cause.retryAfterS ?? []) : []))
  if (told.length > 0) return String(Math.max(...told))
  return errors.some((error) => error.code === 'SERVICE_UNAVAILABLE') ? RETRY_AFTER_S : null
}

/** Who a request was judged to be from, before tRPC sees it. */
export type Identities = WeakMap<IncomingMessage, Identity>

/** The tRPC API as a plain HTTP handler. Identities were established by the guard in front of it. */
export function createApiHandler(options: {
  services: SharedServices
  events: EventFeed
  details: LiveDetails
  identities: Identities
  origin: string
  limits: Limits
  log: Logger
}): (request: IncomingMessage, response: ServerResponse) => void {
  const { services, events, details, identities, origin, limits, log } = options
  return createHTTPHandler({
    router: appRouter,
    basePath: API_PATH,
    maxBodySize: MAX_BODY_BYTES,
    maxBatchSize: MAX_BATCH_SIZE,
    createContext: ({ req }) => ({
      requestId: randomUUID(),
      identity: identities.get(req) ?? null,
      client: clientOf(req),
      services,
      events,
      details,
      origin,
      limits,
    }),
    responseMeta: ({ errors }) => {
      const after = retryAfter(errors)
      return after === null ? {} : { headers: { 'retry-after': after } }
    },
    onError: ({ error, path, ctx }) => {
      if (error.code === 'SERVICE_UNAVAILABLE' && !(error.cause instanceof StratavoreError)) {
        log.warn({ err: error.cause ?? error, path, requestId: ctx?.requestId }, 'the database was away from a call')
      }
      if (error.code !== 'INTERNAL_SERVER_ERROR') return
      log.error({ err: error.cause ?? error, path, requestId: ctx?.requestId }, 'a call failed')
    },
  })
}

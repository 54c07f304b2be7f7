import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createHTTPHandler } from '@trpc/server/adapters/standalone'
import type { Logger } from 'pino'
import { StratavoreError } from '../core/errors'
import type { Identity } from '../services/identity/authenticate'
import type { ServiceContext } from '../services/service-context'
import { appRouter } from '../trpc/app-router'
import type { EventFeed } from '../trpc/event-feed'

export const API_PATH = '/api/trpc/'
/** Larger than the largest input (a prompt or a `send`), with room for JSON escapes. */
const MAX_BODY_BYTES = 1024 * 1024
/** Calls in one batch; the dashboard sends a handful. */
const MAX_BATCH_SIZE = 50

/** When it is worth asking again what could not be answered, seconds. */
const RETRY_AFTER_S = '2'

/** Who a request was judged to be from, before tRPC sees it. */
export type Identities = WeakMap<IncomingMessage, Identity>

/** The tRPC API as a plain HTTP handler. Identities were established by the guard in front of it. */
export function createApiHandler(options: {
  services: Omit<ServiceContext, 'actor'>
  events: EventFeed
  identities: Identities
  origin: string
  log: Logger
}): (request: IncomingMessage, response: ServerResponse) => void {
  const { services, events, identities, origin, log } = options
  return createHTTPHandler({
    router: appRouter,
    basePath: API_PATH,
    maxBodySize: MAX_BODY_BYTES,
    maxBatchSize: MAX_BATCH_SIZE,
    createContext: ({ req }) => ({
      requestId: randomUUID(),
      identity: identities.get(req) ?? null,
      services,
      events,
      origin,
    }),
    responseMeta: ({ errors }) =>
      errors.some((error) => error.code === 'SERVICE_UNAVAILABLE') ? { headers: { 'retry-after': RETRY_AFTER_S } } : {},
    onError: ({ error, path, ctx }) => {
      if (error.code === 'SERVICE_UNAVAILABLE' && !(error.cause instanceof StratavoreError)) {
        log.warn({ err: error.cause ?? error, path, requestId: ctx?.requestId }, 'the database was away from a call')
      }
      if (error.code !== 'INTERNAL_SERVER_ERROR') return
      log.error({ err: error.cause ?? error, path, requestId: ctx?.requestId }, 'a call failed')
    },
  })
}

import { initTRPC, TRPCError } from '@trpc/server'
import type { ApiErrorData } from '@/contracts/errors/errors'
import { StratavoreError } from '../core/errors'
import type { Identity } from '../services/identity/authenticate'
import type { ServiceContext } from '../services/service-context'
import { toApiError } from './error-mapping'
import type { EventFeed } from './event-feed'

/** What every procedure gets. `identity` is null for a request that is not signed in. */
export interface ApiContext {
  requestId: string
  identity: Identity | null
  /** The service context on behalf of the identity. */
  services: Omit<ServiceContext, 'actor'>
  events: EventFeed
  /** The one origin of this installation, for links. */
  origin: string
}

/** How often an event stream says it is alive, and how long a client waits before it calls it dead. */
const SSE_PING_MS = 15_000
const SSE_RECONNECT_AFTER_MS = 40_000

const t = initTRPC.context<ApiContext>().create({
  sse: {
    ping: { enabled: true, intervalMs: SSE_PING_MS },
    client: { reconnectAfterInactivityMs: SSE_RECONNECT_AFTER_MS },
  },
  errorFormatter: ({ shape, error, ctx }) => {
    const api = toApiError(error)
    const stratavore: ApiErrorData['stratavore'] = {
      code: api.code,
      hint: api.hint,
      fields: api.fields,
      requestId: ctx?.requestId ?? '',
    }
    // No stack, path or query ever leaves: only what the closed set says.
    const { code, httpStatus, path } = shape.data
    return { ...shape, message: api.message, data: { code, httpStatus, path, stratavore } }
  },
})

export const router = t.router

/** Services throw StratavoreError, a database that is away its own; the transport needs the matching HTTP status. */
const mapErrors = t.middleware(async ({ next }) => {
  const result = await next()
  if (result.ok) return result
  const { trpcCode, message } = toApiError(result.error)
  if (trpcCode === result.error.code) return result
  throw new TRPCError({ code: trpcCode, message, cause: result.error.cause })
})

/** The only kind of procedure there is: signed in, or refused. */
export const procedure = t.procedure.use(mapErrors).use(({ ctx, next }) => {
  if (!ctx.identity) throw new StratavoreError('unauthenticated', 'Sign in first.')
  const services: ServiceContext = { ...ctx.services, actor: ctx.identity.actor, requestId: ctx.requestId }
  return next({ ctx: { ...ctx, identity: ctx.identity, services } })
})

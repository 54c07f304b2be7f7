import { initTRPC, TRPCError } from '@trpc/server'
import type { ApiErrorData } from '@/contracts/errors/errors'
import { createTextRedactor, redactJson } from '@/contracts/redaction/redact-text'
import type { LimitedAct, Limits } from '../core/limits'
import type { RequestClient } from '../core/request-client'
import { recordSensitive } from '../services/audit/record-sensitive'
import { recordUnrecorded } from '../services/audit/record-unrecorded'
import { credentialOf, type Identity } from '../services/identity/authenticate'
import type { ServiceContext, SharedServices } from '../services/service-context'
import { toApiError } from './error-mapping'
import type { EventFeed } from './event-feed'
import type { LiveDetails } from './live-details'
import { judgeCaller, type Rule } from './rule'

/** What every procedure gets. `identity` is null for a request that is not signed in. */
export interface ApiContext {
  requestId: string
  identity: Identity | null
  /** From where it came: its address is the client's, whatever proxy is between. */
  client: RequestClient | null
  /** The service context on behalf of the identity. */
  services: SharedServices
  events: EventFeed
  details: LiveDetails
  /** The one origin of this installation, for links. */
  origin: string
  limits: Limits
}

/** How often an event stream says it is alive, and how long a client waits before it calls it dead. */
const SSE_PING_MS = 15_000
const SSE_RECONNECT_AFTER_MS = 40_000

/** What is known of a procedure before it is called. */
export interface ProcedureMeta {
  rule: Rule
}

const t = initTRPC
  .context<ApiContext>()
  .meta<ProcedureMeta>()
  .create({
    sse: {
      ping: { enabled: true, intervalMs: SSE_PING_MS },
      client: { reconnectAfterInactivityMs: SSE_RECONNECT_AFTER_MS },
    },
    errorFormatter: ({ shape, error, ctx }) => {
      const api = toApiError(error)
      // It may hold what an agent said, or what somebody typed.
      const redact = ctx?.services.keys.known.redact ?? createTextRedactor([])
      const stratavore: ApiErrorData['stratavore'] = {
        code: api.code,
        hint: api.hint === null ? null : redact(api.hint),
        fields: redactJson(api.fields, redact),
        requestId: ctx?.requestId ?? '',
      }
      // No stack, path or query ever leaves: only what the closed set says.
      const { code, httpStatus, path } = shape.data
      return { ...shape, message: redact(api.message), data: { code, httpStatus, path, stratavore } }
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

/** Of these only what fails counts: it may be somebody who guesses. */
const FAILURES_ONLY: ReadonlySet<LimitedAct> = new Set(['password'])

/** Calls that a user may make only so often, and what they count as. */
const LIMITED: Readonly<Record<string, LimitedAct>> = {
  'runner.launch': 'launch',
  'runner.restart': 'launch',
  'session.resume': 'launch',
  'session.fork': 'launch',
  'runner.attach': 'attach',
  'auth.setPassword': 'password',
  'session.searchTranscript': 'search',
  'recording.search': 'search',
}

/**
 * The only kind of procedure there is: one with a rule, whose services work on behalf of the caller with the right that
 * the rule names. No mutation and no sensitive read goes unrecorded.
 */
export const procedure = (rule: Rule) =>
  t.procedure
    .meta({ rule })
    .use(mapErrors)
    .use(async ({ ctx, next, type, path, getRawInput }) => {
      const access = judgeCaller(rule, ctx.identity)
      const identity = ctx.identity as Identity // judged
      const act = LIMITED[path]
      const keys = [identity.actor.id ?? identity.credentialId]
      // Taken before it is known to fail: many guesses at once are many.
      if (act) await ctx.limits.take(act, keys)
      const services: ServiceContext = {
        ...ctx.services,
        actor: identity.actor,
        access,
        requestId: ctx.requestId,
        source: { address: ctx.client?.address ?? null, credential: credentialOf(identity) },
        trail: { rows: 0, reads: 0 },
      }
      const result = await next({ ctx: { ...ctx, identity, services } })
      if (act && result.ok && FAILURES_ONLY.has(act)) await ctx.limits.giveBack(act, keys)
      if (result.ok && type === 'mutation') await recordUnrecorded(services, path)
      if (result.ok && typeof rule.reads === 'object')
        await recordSensitive(services, { path, ...rule.reads, own: rule.of === 'caller' }, await getRawInput())
      return result
    })

import { TRPCError } from '@trpc/server'
import { StratavoreError } from '@/server/core/errors'
import { createLimits } from '@/server/core/limits'
import type { DaemonLink } from '@/server/core/ports/daemon-link'
import type { RequestClient } from '@/server/core/request-client'
import { lastEventSeq, readEventsAfter } from '@/server/services/event/read-events'
import { authenticateBearer } from '@/server/services/identity/authenticate'
import { appRouter } from '@/server/trpc/app-router'
import { toApiError } from '@/server/trpc/error-mapping'
import type { Rule } from '@/server/trpc/rule'
import type { ServiceTest } from '../services/service-test'

/** A daemon that is away: who gets this far was let through. */
const awayDaemon = new Proxy({} as DaemonLink, {
  get: (_target, name) =>
    name === 'thumbnails'
      ? ({ seen }: { seen: object }) => Promise.resolve({ thumbnails: [], asked: Object.keys(seen) })
      : () => Promise.reject(new StratavoreError('unavailable', `the daemon is away: ${String(name)}`)),
})

/** Every procedure there is, with its kind and its rule. */
export const PROCEDURES = Object.entries(
  appRouter._def.procedures as unknown as Record<string, { _def: { type: string; meta: { rule: Rule } } }>,
).map(([path, { _def }]) => ({ path, type: _def.type, rule: _def.meta.rule }))

/**
 * The real router on behalf of whoever this token belongs to; null for nobody. The daemon does what `daemon` can;
 * the request came from `client`.
 */
export async function apiAs(
  test: ServiceTest,
  token: string | null,
  signal?: AbortSignal,
  daemon: Partial<DaemonLink> = {},
  client: RequestClient | null = null,
) {
  const { actor: _actor, access: _access, ...services } = test.ctx
  const caller = appRouter.createCaller(
    {
      requestId: 'request-2',
      identity: token === null ? null : await authenticateBearer(test.ctx, token),
      services: { ...services, daemon: Object.assign(Object.create(awayDaemon), daemon) },
      events: {
        lastSeq: () => lastEventSeq(test.ctx),
        after: (seq, limit) => readEventsAfter(test.ctx, seq, limit),
        changed: (until) => new Promise((resolve) => until.addEventListener('abort', () => resolve())),
      },
      details: {
        async *follow(until) {
          await new Promise<void>((resolve) => until.addEventListener('abort', () => resolve()))
        },
      },
      client,
      limits: createLimits(),
      origin: 'http://127.0.0.1:7717',
    },
    { signal },
  )
  /** What comes of calling a procedure: `ok` with what it gave, or the code of the refusal. */
  return async (path: string, input: unknown): Promise<{ code: string; output: unknown }> => {
    const [router = '', name = ''] = path.split('.')
    const procedure = (caller as unknown as Record<string, Record<string, (input: unknown) => Promise<unknown>>>)[
      router
    ]?.[name]
    if (!procedure) throw new Error(`there is no ${path}`)
    try {
      return { code: 'ok', output: await procedure(input) }
    } catch (error) {
      if (!(error instanceof TRPCError)) throw error
      return { code: toApiError(error).code, output: toApiError(error).message }
    }
  }
}

import { createTRPCClient, httpLink, httpSubscriptionLink, splitLink, type TRPCClient } from '@trpc/client'
import { EventSource } from 'eventsource'
import { checkedFetch } from '@/client/api/checked-fetch'
import type { AppRouter } from '@/server/trpc/app-router'

/** A call that takes longer has failed for the person who waits; the slowest (reconcile) takes a few seconds. */
const CALL_TIMEOUT_MS = 30_000

export type Api = TRPCClient<AppRouter>

/**
 * The API of the server at `url` (an origin), as whoever holds `token`. Opens nothing until the first call. `before` each
 * call: what it rejects with is what the call fails with, and the server is not told the token.
 */
export function createApi(url: string, token: string | null, before: () => Promise<void> = async () => {}): Api {
  const authorization: Record<string, string> = token === null ? {} : { authorization: `Bearer ${token}` }
  const endpoint = `${url}/api/trpc`
  return createTRPCClient<AppRouter>({
    links: [
      splitLink({
        condition: (operation) => operation.type === 'subscription',
        true: httpSubscriptionLink({
          url: endpoint,
          EventSource,
          eventSourceOptions: () => ({
            fetch: async (input, init) => {
              await before()
              return fetch(input, { ...init, headers: { ...init.headers, ...authorization } })
            },
          }),
        }),
        false: httpLink({
          url: endpoint,
          headers: authorization,
          fetch: async (input, init) => {
            await before()
            return checkedFetch(input as string, {
              ...(init as RequestInit),
              signal: init?.signal
                ? AbortSignal.any([init.signal, AbortSignal.timeout(CALL_TIMEOUT_MS)])
                : AbortSignal.timeout(CALL_TIMEOUT_MS),
            })
          },
        }),
      }),
    ],
  })
}

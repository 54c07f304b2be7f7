import { QueryCache, QueryClient } from '@tanstack/react-query'
import { createTRPCClient, httpBatchStreamLink, httpSubscriptionLink, splitLink } from '@trpc/client'
import { createTRPCContext } from '@trpc/tanstack-react-query'
import { readApiFailure } from '@/client/api/api-failure'
import { INTENT_HEADER } from '@/contracts/identity/intent-header'
import type { AppRouter } from '@/server/trpc/app-router'

const API_URL = '/api/trpc'
/** The server requires it on every mutation: a foreign page cannot set it without asking first. */
const CSRF_HEADERS = { [INTENT_HEADER]: '1' }
/** Calls of one request; the server refuses much larger batches. */
const MAX_BATCH_ITEMS = 20
/** GET addresses stay under what proxies accept. */
const MAX_URL_LENGTH = 4000
/** Once what is shown is older than this, looking at it again asks again. */
const STALE_AFTER_MS = 10_000

/** Times a query is asked again when nobody answered. */
const MAX_RETRIES = 2
const SILENCE = new Set(['unavailable', 'unreachable', 'timeout'])

export const { TRPCProvider, useTRPC, useTRPCClient } = createTRPCContext<AppRouter>()

/** The typed API of this origin: calls of one tick share a request and are answered as each is ready; subscriptions come as server-sent events. */
export const createApi = () =>
  createTRPCClient<AppRouter>({
    links: [
      splitLink({
        condition: (operation) => operation.type === 'subscription',
        true: httpSubscriptionLink({ url: API_URL }),
        false: httpBatchStreamLink({
          url: API_URL,
          headers: CSRF_HEADERS,
          maxItems: MAX_BATCH_ITEMS,
          maxURLLength: MAX_URL_LENGTH,
        }),
      }),
    ],
  })
export type Api = ReturnType<typeof createApi>

/** Query cache of one page; `onSignedOut` is called when the server no longer knows the visitor. */
export const createQueryClient = (onSignedOut: () => void) =>
  new QueryClient({
    queryCache: new QueryCache({
      onError: (error) => {
        if (readApiFailure(error).code === 'unauthenticated') onSignedOut()
      },
    }),
    defaultOptions: {
      queries: {
        staleTime: STALE_AFTER_MS,
        // What the server said about our request will not change by asking again; silence may.
        retry: (failures, error) => failures < MAX_RETRIES && SILENCE.has(readApiFailure(error).code),
      },
    },
  })

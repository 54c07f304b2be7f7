'use client'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useTRPC } from '@/components/api/client'
import { toastProblem } from '@/components/api/toast-problem'
import { useSignInMethods } from '@/components/sign-in/use-sign-in-methods'
import { Button } from '@/components/ui/button'

/** Who the user is at the identity provider, where one is set up. */
export function IdentityList() {
  const trpc = useTRPC()
  const queries = useQueryClient()
  const provider = useSignInMethods()?.oidc ?? null
  const identities = useQuery(trpc.auth.identities.queryOptions())
  const unlink = useMutation(
    trpc.auth.unlinkIdentity.mutationOptions({
      // The browsers that it signed in are fewer too.
      onSuccess: () => queries.invalidateQueries(trpc.auth.pathFilter()),
      onError: (error) => toastProblem('Could not disconnect it', error),
    }),
  )
  const list = identities.data ?? []
  if (provider === null && list.length === 0) return null
  return (
    <div className="border-line border-b px-4 py-3">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <h3 className="font-medium">Identity provider</h3>
        {provider !== null && list.length === 0 && (
          <Button asChild>
            {/* A page of the server's, not of the dashboard's. */}
            <a href="/api/auth/oidc?link=1">Connect {provider}</a>
          </Button>
        )}
      </div>
      <ul aria-label="Connected identities">
        {list.map((identity) => (
          <li key={identity.id} className="flex items-center justify-between gap-3 py-1.5">
            <div className="min-w-0">
              <p className="truncate">{identity.email ?? 'Connected'}</p>
              <p className="truncate text-ink-faint text-xs">{identity.issuer}</p>
            </div>
            <Button size="sm" onClick={() => unlink.mutate({ id: identity.id })}>
              Disconnect
            </Button>
          </li>
        ))}
      </ul>
    </div>
  )
}

'use client'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { KeyRound } from 'lucide-react'
import { useState } from 'react'
import { useTRPC } from '@/components/api/client'
import { problemText, toastProblem } from '@/components/api/toast-problem'
import { formatSince } from '@/components/format/time'
import { useNow } from '@/components/format/use-now'
import { useConfirm } from '@/components/shell/confirm'
import { Button } from '@/components/ui/button'
import { Panel, PanelHeader, Skeleton } from '@/components/ui/panel'
import { TwoLineRow } from '@/components/ui/two-line-row'
import type { ApiToken } from '@/contracts/identity/identity'
import { TokenDialog } from './token-dialog'

/** API tokens of who is signed in: for scripts, other machines' CLIs and Prometheus. */
export function TokenPanel() {
  const trpc = useTRPC()
  const queries = useQueryClient()
  const confirm = useConfirm()
  const now = useNow()
  const [making, setMaking] = useState(false)
  const tokens = useQuery(trpc.auth.tokens.queryOptions({}))
  const revoke = useMutation(
    trpc.auth.revokeToken.mutationOptions({
      onSuccess: () => queries.invalidateQueries(trpc.auth.tokens.pathFilter()),
      onError: (error) => toastProblem('Could not revoke it', error),
    }),
  )
  const ask = async (token: ApiToken) => {
    const body = 'Whatever uses it is cut within seconds. This cannot be undone.'
    if (await confirm({ title: `Revoke ${token.name}?`, body, confirm: 'Revoke' })) revoke.mutate({ id: token.id })
  }
  return (
    <Panel>
      <PanelHeader title="API tokens">
        <Button size="sm" onClick={() => setMaking(true)}>
          <KeyRound aria-hidden />
          New token
        </Button>
      </PanelHeader>
      {tokens.error && <p className="px-4 py-3 text-ink-soft">{problemText(tokens.error)}</p>}
      {!tokens.data && !tokens.error && <Skeleton className="m-4 h-16" />}
      <ul aria-label="API tokens" className="py-1.5">
        {tokens.data?.map((token) => (
          <TwoLineRow
            key={token.id}
            title={
              <>
                {token.name}
                <span className="text-ink-faint">
                  {' '}
                  · {token.lastUsedAt === null ? 'never used' : `used ${formatSince(token.lastUsedAt, now)} ago`}
                </span>
              </>
            }
            note={
              <>
                {token.scopes.includes('*') ? 'whatever you may' : token.scopes.join(', ')};{' '}
                {token.expiresAt === null ? 'does not expire' : `expires ${token.expiresAt.slice(0, 10)}`}
              </>
            }
          >
            {token.local ? (
              <span className="text-ink-faint text-xs">of this machine</span>
            ) : (
              <Button size="sm" aria-label={`Revoke ${token.name}`} onClick={() => void ask(token)}>
                Revoke
              </Button>
            )}
          </TwoLineRow>
        ))}
      </ul>
      <TokenDialog open={making} onClose={() => setMaking(false)} />
    </Panel>
  )
}

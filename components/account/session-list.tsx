'use client'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTRPC } from '@/components/api/client'
import { problemText, toastProblem } from '@/components/api/toast-problem'
import { formatMoment, formatSince } from '@/components/format/time'
import { useNow } from '@/components/format/use-now'
import { Button } from '@/components/ui/button'
import { Skeleton } from '@/components/ui/panel'
import { SwitchLine } from '@/components/ui/switch'
import { TwoLineRow } from '@/components/ui/two-line-row'
import type { SignInMethod, WebSession } from '@/contracts/identity/identity'
import { browserName } from './browser-name'

/** Longer than a use is written down late, so that it does not seem to be in the past. */
const IN_USE_MS = 2 * 60_000

const METHODS: Record<SignInMethod, string> = {
  link: 'login link',
  password: 'password',
  passkey: 'passkey',
  oidc: 'identity provider',
}

/** Browsers that are signed in, each with a way to sign it out. `owner`: those of others can be shown too. */
export function SessionList({ owner }: { owner: boolean }) {
  const trpc = useTRPC()
  const queries = useQueryClient()
  const now = useNow()
  const [all, setAll] = useState(false)
  const sessions = useQuery(trpc.auth.sessions.queryOptions({ all }))
  const again = () => queries.invalidateQueries(trpc.auth.sessions.pathFilter())
  const revoke = useMutation(
    trpc.auth.revokeSession.mutationOptions({
      onSuccess: again,
      onError: (error) => toastProblem('Could not sign it out', error),
    }),
  )
  const revokeOthers = useMutation(
    trpc.auth.revokeOtherSessions.mutationOptions({
      onSuccess: again,
      onError: (error) => toastProblem('Could not sign them out', error),
    }),
  )
  const list = sessions.data ?? []
  const used = (session: WebSession): string => {
    if (session.current) return 'this browser'
    const idle = now - Date.parse(session.lastUsedAt)
    return idle < IN_USE_MS ? 'in use' : `last used ${formatSince(session.lastUsedAt, now)} ago`
  }
  return (
    <div className="border-line border-b">
      <div className="flex flex-wrap items-center justify-between gap-3 px-4 pt-3 pb-1">
        <h3 className="font-medium">Signed-in browsers</h3>
        {list.some((session) => !session.current) && (
          <Button size="sm" disabled={revokeOthers.isPending} onClick={() => revokeOthers.mutate()}>
            Sign out all my others
          </Button>
        )}
      </div>
      {sessions.error && <p className="px-4 py-2 text-ink-soft">{problemText(sessions.error)}</p>}
      {!sessions.data && !sessions.error && <Skeleton className="m-4 h-16" />}
      <ul aria-label="Signed-in browsers" className="pb-2">
        {list.map((session) => (
          <TwoLineRow
            key={session.id}
            title={
              <>
                {all && <span className="text-ink-soft">{session.user}: </span>}
                {browserName(session.userAgent)}
                <span className={session.current ? 'text-ok' : 'text-ink-faint'}> · {used(session)}</span>
              </>
            }
            note={
              <>
                {METHODS[session.method]}
                {session.address && ` from ${session.address}`}, {formatMoment(session.createdAt, now)}
              </>
            }
          >
            {!session.current && (
              <Button
                size="sm"
                aria-label={`Sign out ${browserName(session.userAgent)}`}
                disabled={revoke.isPending}
                onClick={() => revoke.mutate({ id: session.id })}
              >
                Sign out
              </Button>
            )}
          </TwoLineRow>
        ))}
      </ul>
      {owner && (
        <div className="px-4 pb-3">
          <SwitchLine name="Show those of all users" note="" checked={all} onChange={setAll} />
        </div>
      )}
    </div>
  )
}

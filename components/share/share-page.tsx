'use client'
import { QueryClient, QueryClientProvider, useQuery } from '@tanstack/react-query'
import { Film, Link2Off } from 'lucide-react'
import { type ReactNode, useEffect, useMemo, useState } from 'react'
import { readApiFailure } from '@/client/api/api-failure'
import { initialLinkState, type TerminalLinkState } from '@/client/terminal/terminal-link-state'
import { randomId } from '@/components/api/random-id'
import { formatDuration } from '@/components/format/time'
import { useNow } from '@/components/format/use-now'
import { LifeFacts, LifeSelect, useChosenLife } from '@/components/replay/life-select'
import { ReplayView } from '@/components/replay/replay-view'
import { ProductIcon } from '@/components/shell/navigation'
import { TerminalPane } from '@/components/terminal/terminal-pane'
import { EmptyState, Skeleton } from '@/components/ui/panel'
import type { SharedView } from '@/contracts/share/share'
import { sharedAccess, sharedRecordings, viewShared } from './ask-share'

/** What somebody sees who was given a link: one terminal or its recording, and nothing else of this installation. */
export function SharePage() {
  const [queries] = useState(() => new QueryClient({ defaultOptions: { queries: { retry: false } } }))
  const token = useFragment()
  return (
    <QueryClientProvider client={queries}>
      <main className="flex h-dvh min-h-0 flex-col">
        <h1 className="sr-only">Shared runner</h1>
        {token !== null && <Shared key={token} token={token} />}
      </main>
    </QueryClientProvider>
  )
}

/** What follows `#` in the address, which is sent to nobody; null before the page is there. */
function useFragment(): string | null {
  const [fragment, setFragment] = useState<string | null>(null)
  useEffect(() => {
    const read = () => setFragment(window.location.hash.slice(1))
    read()
    window.addEventListener('hashchange', read)
    return () => window.removeEventListener('hashchange', read)
  }, [])
  return fragment
}

function Shared({ token }: { token: string }) {
  const view = useQuery({ queryKey: ['shared', token], queryFn: () => viewShared(token), staleTime: Infinity })
  if (view.data) {
    return view.data.kind === 'terminal' ? (
      <SharedTerminal token={token} view={view.data} />
    ) : (
      <SharedRecording token={token} view={view.data} />
    )
  }
  if (!view.error) return <Skeleton className="m-4 flex-1" />
  const failure = readApiFailure(view.error)
  const over = failure.code === 'unauthenticated' || failure.code === 'invalid_input'
  return (
    <EmptyState icon={Link2Off} title={over ? 'This link does not work' : 'This cannot be shown now'}>
      {over
        ? 'It has expired, was revoked, or is not complete. Ask who gave it to you for a new one.'
        : failure.message}
    </EmptyState>
  )
}

interface SharedProps {
  token: string
  view: SharedView
}

function SharedTerminal({ token, view }: SharedProps) {
  const access = useMemo(() => sharedAccess(token), [token])
  const [clientId] = useState(randomId)
  const [link, setLink] = useState<TerminalLinkState>(initialLinkState)
  const facts = link.exit === null ? 'Live, read-only' : 'Its program has ended'
  return (
    <>
      <Header view={view} facts={<p className="truncate text-ink-faint text-xs">{facts}</p>} />
      {/* Like one on a wall: it looks, and never changes the size of what it shows. */}
      <TerminalPane access={access} clientId={clientId} onWall onState={setLink} />
    </>
  )
}

function SharedRecording({ token, view }: SharedProps) {
  const source = useMemo(() => sharedRecordings(token), [token])
  const { life, ...choice } = useChosenLife(view.lives)
  return (
    <>
      <Header view={view} facts={life && <LifeFacts life={life} />}>
        <LifeSelect {...choice} life={life} />
      </Header>
      {life ? (
        <ReplayView key={life.epoch} source={source} life={life} />
      ) : (
        <EmptyState icon={Film} title="No recording">
          Nothing of this runner is kept.
        </EmptyState>
      )}
    </>
  )
}

/** What it is, who shows it, and for how long. */
function Header({ view, facts, children }: { view: SharedView; facts: ReactNode; children?: ReactNode }) {
  const now = useNow()
  const left = Date.parse(view.expiresAt) - now
  return (
    <header className="flex min-h-14 shrink-0 flex-wrap items-center gap-x-3 gap-y-1 border-line border-b bg-canvas px-3 py-2 md:px-4">
      <ProductIcon aria-hidden className="size-5 shrink-0 text-accent-strong" strokeWidth={1.5} />
      <div className="min-w-0 flex-1">
        <h2 className="truncate font-semibold leading-5">{view.title}</h2>
        {facts}
      </div>
      {children}
      <p className="text-ink-faint text-xs max-md:w-full">
        Shared by {view.sharedBy}
        {now > 0 && left > 0 && `, for another ${formatDuration(left)}`}
      </p>
    </header>
  )
}

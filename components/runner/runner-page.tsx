'use client'
import { useParams } from 'next/navigation'
import { useCallback, useRef, useState } from 'react'
import { initialLinkState, type TerminalLinkState } from '@/client/terminal/terminal-link-state'
import { randomId } from '@/components/api/random-id'
import { useRunner } from '@/components/api/use-runners'
import { LoadFailure } from '@/components/shell/load-failure'
import { useWide } from '@/components/shell/use-media'
import { useRunnerAccess } from '@/components/terminal/terminal-access'
import { TerminalPane, type TerminalPaneHandle } from '@/components/terminal/terminal-pane'
import { Dialog } from '@/components/ui/dialog'
import { Skeleton } from '@/components/ui/panel'
import type { Runner } from '@/contracts/runner/runner'
import { isEnded } from '@/contracts/runner/status'
import { EndedBar } from './ended-bar'
import { LastLines } from './last-lines'
import type { SeatActions } from './presence'
import { RunnerHeader } from './runner-header'
import { RunnerPanel } from './runner-panel'
import { titleOf } from './runner-state'
import { useTerminalLife } from './use-terminal-life'

/** What is it doing: its terminal, and everything known about it beside. */
export function RunnerPage() {
  const { id } = useParams<{ id: string }>()
  const query = useRunner(id)
  if (query.data) return <RunnerView key={id} runner={query.data} />
  if (query.error) return <LoadFailure error={query.error} />
  return (
    <div role="status" aria-label="Loading runner" className="flex h-full flex-col gap-3 p-4">
      <Skeleton className="h-8 w-72" />
      <Skeleton className="flex-1" />
    </div>
  )
}

function RunnerView({ runner }: { runner: Runner }) {
  const wide = useWide()
  const terminal = useRef<TerminalPaneHandle>(null)
  const [link, setLink] = useState<TerminalLinkState>(initialLinkState)
  const [everAttached, setEverAttached] = useState(false)
  const [title, setTitle] = useState('')
  const [directory, setDirectory] = useState<string | null>(null)
  const [panel, setPanel] = useState<'auto' | 'open' | 'closed'>('auto')
  const access = useRunnerAccess(runner.id)
  const life = useTerminalLife(runner, link.phase === 'closed')
  // One identity for all terminals this page opens: its seat and its place in the presence list stay its own.
  const [clientId] = useState(randomId)

  const onState = useCallback((state: TerminalLinkState) => {
    setLink(state)
    if (state.phase === 'attached') setEverAttached(true)
  }, [])

  const seat: SeatActions = {
    handOver: (to) => terminal.current?.handOver(to),
    letGo: () => terminal.current?.letGo(),
  }
  const beside = wide && panel !== 'closed'
  const sheet = !wide && panel === 'open'
  // What an ended runner printed last is shown even when no emulator holds its screen any more.
  const screenIsGone = isEnded(runner.status) && link.phase === 'closed' && !everAttached
  return (
    <div className="flex h-full min-h-0">
      <div className="flex min-w-0 flex-1 flex-col">
        <RunnerHeader
          runner={runner}
          terminalTitle={title}
          panelOpen={beside || sheet}
          onTogglePanel={() => setPanel(beside || sheet ? 'closed' : 'open')}
          onFind={() => terminal.current?.openFind()}
        />
        {screenIsGone ? (
          <LastLines runner={runner} />
        ) : (
          <TerminalPane
            key={life}
            ref={terminal}
            access={access}
            clientId={clientId}
            onState={onState}
            onTitle={setTitle}
            onDirectory={setDirectory}
          />
        )}
        <EndedBar runner={runner} />
      </div>
      {beside && (
        <aside
          aria-label="Runner details"
          className="scroll-thin w-80 shrink-0 overflow-y-auto border-line border-l bg-canvas"
        >
          <RunnerPanel runner={runner} link={link} clientId={clientId} seat={seat} directory={directory} />
        </aside>
      )}
      {!wide && (
        <Dialog
          open={sheet}
          onOpenChange={(open) => setPanel(open ? 'open' : 'closed')}
          title={titleOf(runner)}
          placement="side"
        >
          <div className="-mx-5">
            <RunnerPanel runner={runner} link={link} clientId={clientId} seat={seat} directory={directory} />
          </div>
        </Dialog>
      )}
    </div>
  )
}

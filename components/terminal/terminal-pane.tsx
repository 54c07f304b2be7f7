'use client'
import { ArrowDownToLine } from 'lucide-react'
import { type Ref, useCallback, useEffect, useImperativeHandle, useRef, useState } from 'react'
import { initialLinkState, type TerminalLinkState } from '@/client/terminal/terminal-link-state'
import { tellDesktop } from '@/components/notice/tell-desktop'
import { useDarkMode } from '@/components/shell/theme'
import { useTouch } from '@/components/shell/use-media'
import { Button } from '@/components/ui/button'
import type { ProgramSignal } from '@/contracts/terminal/program-signal'
import { FindBar } from './find-bar'
import type { FoundMatches } from './find-matches'
import { KeyBar } from './key-bar'
import { loadTerminal } from './load-terminal'
import type { TerminalView } from './open-terminal'
import { useTerminalPreferences } from './preferences'
import type { ScrollPlace } from './scroll-watch'
import { SeatRequest } from './seat-request'
import { SignalMark } from './signal-mark'
import { SkippedMark } from './skipped-mark'
import type { TerminalAccess } from './terminal-access'
import { TerminalBanner } from './terminal-banner'

export interface TerminalPaneHandle {
  focus(): void
  openFind(): void
  /** As the driver: gives the seat to another who is there. */
  handOver(clientId: string): void
  /** As the driver: leaves the seat free. */
  letGo(): void
}

interface TerminalPaneProps {
  /** Kept while it stays the same: another one opens the terminal anew. */
  access: TerminalAccess
  /** UUID of this terminal, kept while the page is open. */
  clientId: string
  /** Tells it from others on the page. */
  label?: string
  /** One of several on a wall: it leaves a free seat free and never changes the size of what it shows. */
  onWall?: boolean
  onState?: (state: TerminalLinkState) => void
  onTitle?: (title: string) => void
  onDirectory?: (directory: string) => void
  ref?: Ref<TerminalPaneHandle>
}

/** What was opened over the page and would close, or lose its keys, if the focus went elsewhere. */
const OPEN_OVERLAY = ['dialog', 'alertdialog', 'menu'].map((role) => `[role="${role}"][data-state="open"]`).join(', ')
const NOTHING_FOUND: FoundMatches = { at: 0, count: 0 }

/** The live terminal of a runner, edge to edge. To open it anew, give it another `key`. */
export function TerminalPane(props: TerminalPaneProps) {
  const { access, clientId, label = 'Terminal', onWall = false, ref } = props
  const { dark } = useDarkMode()
  const touch = useTouch()
  const [preferences] = useTerminalPreferences()
  const host = useRef<HTMLDivElement>(null)
  const [view, setView] = useState<TerminalView | null>(null)
  const [state, setState] = useState<TerminalLinkState>(initialLinkState)
  const [loadFailed, setLoadFailed] = useState(false)
  const [finding, setFinding] = useState(false)
  const [found, setFound] = useState(NOTHING_FOUND)
  const [ctrlArmed, setCtrlArmed] = useState(false)
  const [place, setPlace] = useState<ScrollPlace>('end')
  const [signal, setSignal] = useState<ProgramSignal | null>(null)
  // A phone leaves a desktop's terminal as it is, until somebody asks for its own size.
  const [fitted, setFitted] = useState(false)
  const sizes = !onWall && (!touch || fitted)
  // Counts refused keys: the banner draws the eye each time.
  const [refusals, setRefusals] = useState(0)
  const latest = useRef({ props, dark, preferences, touch, sizes })
  useEffect(() => {
    latest.current = { props, dark, preferences, touch, sizes }
  })

  useEffect(() => {
    const element = host.current
    if (!element) return
    let opened: TerminalView | null = null
    let gone = false
    void loadTerminal().then(
      ({ openTerminal }) => {
        if (gone) return
        const now = latest.current
        opened = openTerminal({
          host: element,
          clientId,
          preferences: now.preferences,
          dark: now.dark,
          watch: onWall,
          sizes: now.sizes,
          access,
          onState(next) {
            setState(next)
            latest.current.props.onState?.(next)
          },
          onTitle: (title) => latest.current.props.onTitle?.(title),
          onDirectory: (directory) => latest.current.props.onDirectory?.(directory),
          onSignal(next) {
            setSignal(next)
            // Who is attached hears bells here only: they are no events then.
            if (latest.current.preferences.desktop)
              tellDesktop({
                title: latest.current.props.label ?? 'Terminal',
                body: next.text || 'Bell',
                about: access.id,
                onClick: () => opened?.focus(),
              })
          },
          onScrollPlace: setPlace,
          onFound: setFound,
          onRefusedKey: () => setRefusals((count) => count + 1),
          onFind: () => setFinding(true),
          onCtrlUsed: () => setCtrlArmed(false),
        })
        setView(opened)
        // On touch screens the focus would raise the keyboard over what someone came to look at, and what was opened
        // meanwhile has the keys.
        if (!onWall && !now.touch && !document.querySelector(OPEN_OVERLAY)) opened.focus()
      },
      () => setLoadFailed(true),
    )
    return () => {
      gone = true
      opened?.close()
      setView(null)
    }
  }, [access, clientId, onWall])

  useEffect(() => view?.setAppearance(preferences, dark), [view, preferences, dark])
  useEffect(() => view?.setSizes(sizes), [view, sizes])
  useImperativeHandle(
    ref,
    () => ({
      focus: () => view?.focus(),
      openFind: () => setFinding(true),
      handOver: (to) => view?.answerSeat(to, true),
      letGo: () => view?.releaseSeat(),
    }),
    [view],
  )
  const endFind = useCallback(() => {
    setFinding(false)
    setFound(NOTHING_FOUND)
    view?.endFind()
  }, [view])

  return (
    <div className="flex min-h-0 min-w-0 flex-1 flex-col bg-terminal">
      <TerminalBanner
        state={state}
        clientId={clientId}
        quiet={onWall}
        refusals={refusals}
        onTakeControl={() => {
          view?.takeSeat()
          view?.focus()
        }}
        onAsk={() => view?.askSeat()}
      />
      <div className="relative min-h-0 flex-1">
        <section
          aria-label={label}
          data-testid="terminal"
          data-phase={state.phase}
          data-role={state.role}
          className="absolute inset-0 overflow-auto py-1.5 pl-3"
        >
          <div ref={host} className="h-full" />
          {loadFailed && (
            <p role="alert" className="absolute inset-0 m-auto h-fit max-w-sm text-center text-ink-soft">
              The terminal's code could not be loaded; Stratavore was probably updated. Reload this page.
            </p>
          )}
        </section>
        <SeatRequest state={state} clientId={clientId} onAnswer={(asker, given) => view?.answerSeat(asker, given)} />
        {signal && (
          <SignalMark
            signal={signal}
            onClose={() => {
              setSignal(null)
              if (!touch) view?.focus()
            }}
          />
        )}
        <SkippedMark skips={state.skips} />
        {finding && view && <FindBar view={view} found={found} onClose={endFind} />}
        {place !== 'end' && (
          <Button
            size="sm"
            className="-translate-x-1/2 absolute bottom-3 left-1/2 z-10 shadow-pop"
            onClick={() => {
              view?.scrollToEnd()
              // The button goes away: the keys go back to the terminal.
              if (!touch) view?.focus()
            }}
          >
            <ArrowDownToLine aria-hidden />
            {place === 'new below' ? 'New output below' : 'To the end'}
          </Button>
        )}
      </div>
      {touch && view && state.role === 'driver' && (
        <KeyBar
          ctrlArmed={ctrlArmed}
          onCtrl={() => {
            view.armCtrl(!ctrlArmed)
            setCtrlArmed(!ctrlArmed)
          }}
          onKey={(key) => view.press(key)}
          {...(onWall ? {} : { fitted, onFit: () => setFitted(!fitted) })}
        />
      )}
    </div>
  )
}

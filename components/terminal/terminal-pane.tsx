'use client'
import { type Ref, useEffect, useImperativeHandle, useRef, useState } from 'react'
import { initialLinkState, type TerminalLinkState } from '@/client/terminal/terminal-link-state'
import { useTRPCClient } from '@/components/api/client'
import { useDarkMode } from '@/components/shell/theme'
import { useTouch } from '@/components/shell/use-media'
import { FindBar } from './find-bar'
import { useFontSize } from './font-size'
import { KeyBar } from './key-bar'
import { loadTerminal } from './load-terminal'
import type { TerminalView } from './open-terminal'
import { TerminalBanner } from './terminal-banner'

export interface TerminalPaneHandle {
  focus(): void
  openFind(): void
}

interface TerminalPaneProps {
  runnerId: string
  /** UUID of this terminal, kept while the page is open. */
  clientId: string
  onState: (state: TerminalLinkState) => void
  onTitle: (title: string) => void
  ref?: Ref<TerminalPaneHandle>
}

const OPEN_DIALOG = '[role="dialog"][data-state="open"], [role="alertdialog"][data-state="open"]'

/** The live terminal of a runner, edge to edge. To open it anew, give it another `key`. */
export function TerminalPane({ runnerId, clientId, onState, onTitle, ref }: TerminalPaneProps) {
  const api = useTRPCClient()
  const { dark } = useDarkMode()
  const touch = useTouch()
  const [fontPx] = useFontSize()
  const host = useRef<HTMLDivElement>(null)
  const [view, setView] = useState<TerminalView | null>(null)
  const [state, setState] = useState<TerminalLinkState>(initialLinkState)
  const [loadFailed, setLoadFailed] = useState(false)
  const [finding, setFinding] = useState(false)
  const [ctrlArmed, setCtrlArmed] = useState(false)
  // Counts refused keys: the banner draws the eye each time.
  const [refusals, setRefusals] = useState(0)
  const appearance = useRef({ dark, fontPx, touch })
  const callbacks = useRef({ onState, onTitle })
  useEffect(() => {
    appearance.current = { dark, fontPx, touch }
    callbacks.current = { onState, onTitle }
  })

  useEffect(() => {
    const element = host.current
    if (!element) return
    let opened: TerminalView | null = null
    let gone = false
    void loadTerminal().then(
      ({ openTerminal }) => {
        if (gone) return
        opened = openTerminal({
          host: element,
          clientId,
          fontPx: appearance.current.fontPx,
          dark: appearance.current.dark,
          requestTicket: async () => (await api.runner.attach.mutate({ id: runnerId })).ticket,
          onState(next) {
            setState(next)
            callbacks.current.onState(next)
          },
          onTitle: (title) => callbacks.current.onTitle(title),
          onRefusedKey: () => setRefusals((count) => count + 1),
          onFind: () => setFinding(true),
          onCtrlUsed: () => setCtrlArmed(false),
        })
        setView(opened)
        // On touch screens the focus would raise the keyboard over what someone came to look at, and a dialog that was
        // opened meanwhile is being typed into.
        if (!appearance.current.touch && !document.querySelector(OPEN_DIALOG)) opened.focus()
      },
      () => setLoadFailed(true),
    )
    return () => {
      gone = true
      opened?.close()
      setView(null)
    }
  }, [api, runnerId, clientId])

  useEffect(() => view?.setAppearance({ fontPx, dark }), [view, fontPx, dark])
  useImperativeHandle(ref, () => ({ focus: () => view?.focus(), openFind: () => setFinding(true) }), [view])

  return (
    <div className="flex min-h-0 min-w-0 flex-1 flex-col bg-terminal">
      <TerminalBanner
        state={state}
        refusals={refusals}
        onTakeControl={() => {
          view?.takeSeat()
          view?.focus()
        }}
      />
      <div className="relative min-h-0 flex-1">
        <section
          aria-label="Terminal"
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
        {finding && view && (
          <FindBar
            view={view}
            onClose={() => {
              setFinding(false)
              view.endFind()
            }}
          />
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
        />
      )}
    </div>
  )
}

'use client'
import { ChevronLeft, Ellipsis, PanelRight, Search } from 'lucide-react'
import Link from 'next/link'
import { projectHref } from '@/components/shell/navigation'
import { TerminalSettings } from '@/components/terminal/terminal-settings'
import { Button } from '@/components/ui/button'
import { Tooltip } from '@/components/ui/tooltip'
import type { Runner } from '@/contracts/runner/runner'
import { ProviderIcon } from './provider-mark'
import { ACTION_LOOKS, type RunnerAction } from './runner-actions'
import { RunnerMenu } from './runner-menu'
import { shortId, titleOf } from './runner-state'
import { StateBadge } from './state-badge'
import { useAllowedActions } from './use-allowed-actions'
import { useRunnerActions } from './use-runner-actions'

interface RunnerHeaderProps {
  runner: Runner
  /** What the program calls itself; plain text from the runner. */
  terminalTitle: string
  panelOpen: boolean
  onTogglePanel: () => void
  onFind: () => void
}

/** Those of everyday; the others are in the menu. */
const IN_HEADER: ReadonlySet<RunnerAction> = new Set(['pause', 'resume', 'stop'])

/** One line above the terminal: where we are, how it is, what can be done. */
export function RunnerHeader({ runner, terminalTitle, panelOpen, onTogglePanel, onFind }: RunnerHeaderProps) {
  const perform = useRunnerActions()
  const actions = useAllowedActions()(runner)
  return (
    <header className="flex h-14 shrink-0 items-center gap-2 border-line border-b bg-canvas px-2 md:gap-3 md:px-4">
      <Link
        href="/"
        aria-label="Back to the fleet"
        className="flex size-9 items-center justify-center rounded-md text-ink-soft hover:bg-hover md:hidden"
      >
        <ChevronLeft aria-hidden className="size-5" />
      </Link>
      <div className="min-w-0 flex-1">
        <h1 className="flex items-center gap-2 font-semibold leading-5">
          <span className="truncate">{titleOf(runner)}</span>
          {terminalTitle && (
            <span className="truncate font-normal text-ink-faint text-xs max-md:hidden">{terminalTitle}</span>
          )}
        </h1>
        <p className="flex min-w-0 items-center gap-1.5 text-ink-faint text-xs">
          <ProviderIcon provider={runner.provider} className="size-3.5 shrink-0" />
          <span>{runner.provider}</span>
          {runner.name && (
            <Link href={projectHref(runner.project)} className="truncate hover:text-ink hover:underline">
              {runner.project}
            </Link>
          )}
          <span className="font-mono text-2xs">{shortId(runner.id)}</span>
        </p>
      </div>
      <StateBadge runner={runner} className="text-[0.8125rem] max-sm:text-xs" />
      <div className="flex items-center gap-0.5">
        <span className="hidden items-center gap-0.5 lg:flex">
          <Tooltip text="Find (Ctrl Shift F)">
            <Button variant="ghost" size="icon" aria-label="Find in terminal" onClick={onFind}>
              <Search aria-hidden />
            </Button>
          </Tooltip>
          <span className="mx-1.5 h-5 w-px bg-line" />
          {actions.map((action) => {
            if (!IN_HEADER.has(action)) return null
            const { label, icon: Icon } = ACTION_LOOKS[action]
            return (
              <Button
                key={action}
                variant="ghost"
                size="sm"
                className="h-8"
                onClick={() => void perform(action, [runner])}
              >
                <Icon aria-hidden />
                {label}
              </Button>
            )
          })}
        </span>
        <TerminalSettings />
        <RunnerMenu
          onPage
          runner={runner}
          trigger={
            <Button variant="ghost" size="icon" aria-label="More actions">
              <Ellipsis aria-hidden />
            </Button>
          }
        />
        <Tooltip text={panelOpen ? 'Hide details' : 'Show details'}>
          <Button
            variant="ghost"
            size="icon"
            aria-label={panelOpen ? 'Hide details' : 'Show details'}
            aria-expanded={panelOpen}
            onClick={onTogglePanel}
          >
            <PanelRight aria-hidden />
          </Button>
        </Tooltip>
      </div>
    </header>
  )
}

'use client'
import { Grid3x3, X } from 'lucide-react'
import Link from 'next/link'
import { plural } from '@/components/format/quantity'
import { ACTION_LOOKS } from '@/components/runner/runner-actions'
import { useAllowedActions } from '@/components/runner/use-allowed-actions'
import { useRunnerActions } from '@/components/runner/use-runner-actions'
import { Button } from '@/components/ui/button'
import { MAX_ON_WALL, wallHref } from '@/components/wall/wall-choice'
import type { Runner } from '@/contracts/runner/runner'

/** What can be done with all selected runners at once. */
export function SelectionBar({ selected, onClear }: { selected: Runner[]; onClear: () => void }) {
  const perform = useRunnerActions()
  const actionsOf = useAllowedActions()
  if (selected.length === 0) return null
  return (
    <div
      role="toolbar"
      aria-label="Selected runners"
      className="sticky bottom-4 z-20 mx-auto mt-auto flex max-w-full items-center gap-1 rounded-lg border border-line-strong bg-raised p-1.5 pl-3 shadow-pop"
    >
      <span className="mr-2 whitespace-nowrap font-medium">
        {selected.length}
        <span className="max-sm:sr-only"> selected</span>
      </span>
      {(['pause', 'resume', 'restart', 'stop'] as const).map((action) => {
        const { label, icon: Icon, danger } = ACTION_LOOKS[action]
        const able = selected.filter((runner) => actionsOf(runner).includes(action))
        if (able.length === 0) return null
        return (
          <Button
            key={action}
            size="sm"
            variant={danger ? 'danger' : 'ghost'}
            aria-label={`${label} ${plural(able.length, 'runner')}`}
            onClick={() => void perform(action, able)}
          >
            <Icon aria-hidden />
            {label}
          </Button>
        )
      })}
      {selected.length > 1 && selected.length <= MAX_ON_WALL && (
        <Button asChild size="sm" variant="ghost">
          <Link href={wallHref(selected.map(({ id }) => id))}>
            <Grid3x3 aria-hidden />
            Wall
          </Link>
        </Button>
      )}
      {selected.length > MAX_ON_WALL && (
        <span className="px-2 text-ink-faint text-xs max-sm:sr-only">A wall holds {MAX_ON_WALL} at most</span>
      )}
      <Button size="icon-sm" variant="ghost" aria-label="Clear selection" onClick={onClear}>
        <X aria-hidden />
      </Button>
    </div>
  )
}

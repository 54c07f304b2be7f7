'use client'
import { RotateCcw } from 'lucide-react'
import { Allowed } from '@/components/access/allowed'
import { formatSince } from '@/components/format/time'
import { useNow } from '@/components/format/use-now'
import { Button } from '@/components/ui/button'
import { cn } from '@/components/ui/class-names'
import type { Runner } from '@/contracts/runner/runner'
import { isEnded } from '@/contracts/runner/status'
import { ACTION_RIGHTS } from './runner-actions'
import { endingOf } from './runner-state'
import { StateBadge } from './state-badge'
import { useRunnerActions } from './use-runner-actions'

/** Below the final screen: how the runner ended, and the way to start it again. */
export function EndedBar({ runner }: { runner: Runner }) {
  const perform = useRunnerActions()
  const now = useNow()
  if (!isEnded(runner.status)) return null
  const failed = runner.status === 'failed'
  return (
    <div
      data-testid="ended"
      role="status"
      className={cn(
        'flex shrink-0 flex-wrap items-center gap-x-3 gap-y-1 border-line border-t px-4 py-2.5',
        failed ? 'bg-bad-wash' : 'bg-surface',
      )}
    >
      <StateBadge runner={runner} />
      <span className="min-w-0 flex-1 text-ink-soft">
        {endingOf(runner)}
        {runner.endedAt && now > 0 && <span className="text-ink-faint"> · {formatSince(runner.endedAt, now)} ago</span>}
        {runner.nextStartAt && <span> · starts again by itself</span>}
      </span>
      <Allowed may={ACTION_RIGHTS.restart} where={{ project: runner.projectId }}>
        <Button size="sm" variant={failed ? 'primary' : 'secondary'} onClick={() => void perform('restart', [runner])}>
          <RotateCcw aria-hidden />
          Restart
        </Button>
      </Allowed>
    </div>
  )
}

import { cn } from '@/components/ui/class-names'
import type { Runner } from '@/contracts/runner/runner'
import { stateOf, TONE_TEXT } from './runner-state'

/** A runner's state as shape, colour and word. */
export function StateBadge({ runner, className }: { runner: Pick<Runner, 'status' | 'activity'>; className?: string }) {
  const { key, icon: Icon, word, tone, moving } = stateOf(runner)
  return (
    <span
      data-state={key}
      className={cn('inline-flex items-center gap-1.5 whitespace-nowrap font-medium', TONE_TEXT[tone], className)}
    >
      <Icon aria-hidden className={cn('size-4 shrink-0', moving && 'breathe')} />
      {word}
    </span>
  )
}

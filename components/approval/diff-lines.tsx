import type { DiffLine } from '@/client/approval/approval-view'
import { literalText } from '@/components/session/visible-text'
import { cn } from '@/components/ui/class-names'

const LOOKS = {
  same: { sign: ' ', name: '', tone: 'text-ink-soft' },
  added: { sign: '+', name: 'added: ', tone: 'bg-ok-wash text-ok' },
  removed: { sign: '-', name: 'removed: ', tone: 'bg-bad-wash text-bad' },
} as const

/** Lines of a change: never by colour alone. */
export function DiffLines({ lines }: { lines: readonly DiffLine[] }) {
  return (
    <ol className="min-w-max font-mono text-xs leading-5">
      {lines.map(({ kind, text }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines of one text that never changes; they have no other identity.
        <li key={index} className={cn('flex whitespace-pre px-2', LOOKS[kind].tone)}>
          <span aria-hidden className="w-4 shrink-0 select-none">
            {LOOKS[kind].sign}
          </span>
          <span className="sr-only">{LOOKS[kind].name}</span>
          {literalText(text) || ' '}
        </li>
      ))}
    </ol>
  )
}

import { cn } from '@/components/ui/class-names'
import type { DiffLine } from '@/contracts/transcript/entry'
import { visibleText } from './visible-text'

const LOOKS: Record<DiffLine['kind'], { sign: string; className: string }> = {
  same: { sign: ' ', className: 'text-ink-soft' },
  added: { sign: '+', className: 'bg-ok-wash text-ok' },
  removed: { sign: '-', className: 'bg-bad-wash text-bad' },
  gap: { sign: '', className: 'text-ink-faint' },
}

/** Lines that were added and removed, by sign and colour. */
export function DiffView({ lines }: { lines: readonly DiffLine[] }) {
  return (
    <pre className="scroll-thin max-h-96 overflow-auto rounded-md border border-line bg-sunken py-1 font-mono text-xs leading-5">
      {lines.map(({ kind, text }, number) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines never move within their diff.
        <span key={number} className={cn('block w-max min-w-full px-3', LOOKS[kind].className)}>
          {LOOKS[kind].sign}
          {visibleText(text)}
        </span>
      ))}
    </pre>
  )
}

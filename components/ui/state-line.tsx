import { CircleCheck, CircleDashed, CircleX, type LucideIcon, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'

export type LineState = 'ok' | 'off' | 'trouble' | 'bad'

const SIGNS: Record<LineState, { icon: LucideIcon; word: string; tone: string }> = {
  ok: { icon: CircleCheck, word: 'Well', tone: 'text-ok' },
  off: { icon: CircleDashed, word: 'Off', tone: 'text-ink-faint' },
  trouble: { icon: TriangleAlert, word: 'Trouble', tone: 'text-warn' },
  bad: { icon: CircleX, word: 'Not well', tone: 'text-bad' },
}

/** One part of the system in a list: how it is, its name, and what there is to say of it. */
export function StateLine({ state, name, children }: { state: LineState; name: string; children: ReactNode }) {
  const { icon: Icon, word, tone } = SIGNS[state]
  return (
    <li className="grid grid-cols-[1.25rem_1fr] gap-x-2 px-4 py-2 sm:grid-cols-[1.25rem_7rem_1fr]">
      <Icon role="img" aria-label={word} className={`mt-0.5 size-4 ${tone}`} />
      <span>{name}</span>
      <span className="min-w-0 text-ink-faint [overflow-wrap:anywhere] max-sm:col-start-2">{children}</span>
    </li>
  )
}

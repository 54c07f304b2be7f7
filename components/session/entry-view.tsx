'use client'
import {
  AlertTriangle,
  Bot,
  Brain,
  ChevronRight,
  FileWarning,
  Info,
  Link2,
  type LucideIcon,
  Scissors,
  User,
  Wrench,
} from 'lucide-react'
import Link from 'next/link'
import { type ReactNode, useState } from 'react'
import { formatCost, formatCount } from '@/components/format/quantity'
import { formatMoment } from '@/components/format/time'
import { useNow } from '@/components/format/use-now'
import { Button } from '@/components/ui/button'
import { cn } from '@/components/ui/class-names'
import type { EntryText, TranscriptEntry } from '@/contracts/transcript/entry'
import { totalTokens } from '@/contracts/usage/tokens'
import { DiffView } from './diff-view'
import type { TranscriptItem } from './transcript-items'
import { splitAtHits, visibleText } from './visible-text'

/** Lines of a long text that are shown before it is unfolded. */
const FOLDED_LINES = 14
const FOLDED_CHARACTERS = 2_000

interface EntryViewProps {
  item: TranscriptItem
  /** What is looked for: marked where it occurs. */
  needle: string
  current: boolean
  costUsd: number
  subagentHref(id: string): string
  onLink(position: number): void
}

type Look = { icon: LucideIcon; word: string; tone?: string }
const LOOKS: Record<TranscriptEntry['kind'], Look> = {
  user: { icon: User, word: 'You', tone: 'text-accent-strong' },
  assistant: { icon: Bot, word: 'Assistant' },
  thinking: { icon: Brain, word: 'Thinking' },
  tool_call: { icon: Wrench, word: 'Tool' },
  tool_result: { icon: Wrench, word: 'Result' },
  compaction: { icon: Scissors, word: 'Compaction' },
  error: { icon: AlertTriangle, word: 'Error', tone: 'text-bad' },
  note: { icon: Info, word: 'Note' },
  malformed: { icon: FileWarning, word: 'Unreadable line', tone: 'text-warn' },
}

/** One thing that was said or done. Everything of it is text: nothing of a transcript is ever markup. */
export function EntryView({ item, needle, current, costUsd, subagentHref, onLink }: EntryViewProps) {
  const { entry, result, turn } = item
  const now = useNow()
  const { icon: Icon, word, tone } = LOOKS[entry.kind]
  const name = entry.kind === 'tool_call' ? visibleText(entry.name) : word
  return (
    <article
      id={`e${entry.position}`}
      aria-label={name}
      aria-current={current ? 'true' : undefined}
      className={cn(
        'group border-l-2 px-4 py-2.5 md:px-6',
        current ? 'border-accent bg-accent-wash' : 'border-transparent',
        entry.kind === 'user' && !current && 'bg-surface',
      )}
    >
      <header className="flex min-h-6 flex-wrap items-center gap-x-2 text-xs">
        <Icon aria-hidden className={cn('size-3.5 shrink-0 text-ink-faint', tone)} />
        <span className={cn('font-medium', tone)}>{name}</span>
        {entry.kind === 'tool_call' && (
          <span className="min-w-0 max-w-full truncate font-mono text-ink-soft">{visibleText(entry.summary)}</span>
        )}
        <span className="ml-auto flex shrink-0 items-center gap-2 text-ink-faint">
          {turn && turn.tokens > 0 && (
            <span title="Of this turn: up to the next prompt">
              turn: {turn.open && '≥ '}
              {formatCount(turn.tokens)} tokens{turn.costUsd > 0 && `, ${formatCost(turn.costUsd)}`}
            </span>
          )}
          {'tokens' in entry && entry.tokens && (
            <span title="Of this message">
              {formatCount(totalTokens(entry.tokens))} tokens{costUsd > 0 && `, ${formatCost(costUsd)}`}
            </span>
          )}
          {entry.at && now > 0 && <time dateTime={entry.at}>{formatMoment(entry.at, now)}</time>}
          <Button
            variant="ghost"
            size="icon-sm"
            aria-label="Copy link to this entry"
            className="opacity-0 focus-visible:opacity-100 group-hover:opacity-100"
            onClick={() => onLink(entry.position)}
          >
            <Link2 aria-hidden />
          </Button>
        </span>
      </header>
      <div className="mt-1 flex flex-col gap-2">
        <Body entry={entry} needle={needle} />
        {entry.kind === 'tool_call' && <ToolOutcome entry={entry} result={result} needle={needle} />}
        {result?.subagentId && (
          <Link
            href={subagentHref(result.subagentId)}
            className="w-fit text-accent-strong text-xs underline-offset-2 hover:underline"
          >
            What its sub-agent did
          </Link>
        )}
      </div>
    </article>
  )
}

function Body({ entry, needle }: { entry: TranscriptEntry; needle: string }) {
  switch (entry.kind) {
    case 'thinking':
      return (
        <Fold label="What it thought" open={needle !== '' && holds(entry.body, needle)}>
          <TextView body={entry.body} needle={needle} className="text-ink-soft italic" />
        </Fold>
      )
    case 'tool_call':
      return null
    case 'tool_result':
      return <ResultView entry={entry} needle={needle} />
    case 'compaction':
      return (
        <p className="text-ink-soft">
          What went before was summed up{entry.trigger && ` (${visibleText(entry.trigger)})`}
          {entry.tokensBefore !== null && `: ${formatCount(entry.tokensBefore)} tokens`}
          {entry.tokensAfter !== null && ` became ${formatCount(entry.tokensAfter)}`}.
        </p>
      )
    case 'malformed':
      return (
        <>
          <p className="text-warn text-xs">{entry.problem}</p>
          <TextView body={entry.body} needle={needle} className="font-mono text-ink-soft text-xs" />
        </>
      )
    case 'note':
      return <TextView body={entry.body} needle={needle} className="text-ink-soft" />
    case 'error':
      return <TextView body={entry.body} needle={needle} className="text-bad" />
    default:
      return <TextView body={entry.body} needle={needle} />
  }
}

interface OutcomeProps {
  entry: Extract<TranscriptEntry, { kind: 'tool_call' }>
  result: Extract<TranscriptEntry, { kind: 'tool_result' }> | null
  needle: string
}

function ToolOutcome({ entry, result, needle }: OutcomeProps) {
  const diff = result?.diff ?? (result?.isError ? null : entry.diff)
  return (
    <>
      {diff ? (
        <DiffView lines={diff} />
      ) : (
        <Fold label="Input" open={needle !== '' && holds(entry.input, needle)}>
          <TextView body={entry.input} needle={needle} className="font-mono text-ink-soft text-xs" />
        </Fold>
      )}
      {result ? (
        <ResultView entry={result} needle={needle} />
      ) : (
        <p className="text-ink-faint text-xs">No result yet.</p>
      )}
    </>
  )
}

function ResultView({ entry, needle }: { entry: Extract<TranscriptEntry, { kind: 'tool_result' }>; needle: string }) {
  if (entry.body.text === '') return <p className="text-ink-faint text-xs">It gave nothing back.</p>
  return (
    <div className={cn('rounded-md border bg-sunken px-3 py-2', entry.isError ? 'border-bad/50' : 'border-line')}>
      {entry.isError && <p className="mb-1 font-medium text-bad text-xs">Failed</p>}
      <TextView body={entry.body} needle={needle} className="font-mono text-xs" />
    </div>
  )
}

const holds = (body: EntryText, needle: string): boolean => body.text.toLowerCase().includes(needle.toLowerCase())

/** Opened and closed by its reader; a hit inside opens it. */
function Fold({ label, open, children }: { label: string; open: boolean; children: ReactNode }) {
  const [chosen, setChosen] = useState<boolean | null>(null)
  const shown = chosen ?? open
  return (
    <div>
      <button
        type="button"
        aria-expanded={shown}
        onClick={() => setChosen(!shown)}
        className="flex items-center gap-1 rounded text-ink-faint text-xs hover:text-ink"
      >
        <ChevronRight aria-hidden className={cn('size-3.5 transition-transform', shown && 'rotate-90')} />
        {label}
      </button>
      {shown && <div className="mt-1">{children}</div>}
    </div>
  )
}

/** Text as it is, folded when long. */
function TextView({ body, needle, className }: { body: EntryText; needle: string; className?: string }) {
  const [unfolded, setUnfolded] = useState(false)
  const whole = visibleText(body.text)
  const folded = foldText(whole)
  const hidden = folded.length < whole.length && !(needle !== '' && holds(body, needle))
  const parts = splitAtHits(hidden && !unfolded ? folded : whole, needle)
  return (
    <div className={className}>
      <p className="whitespace-pre-wrap [overflow-wrap:anywhere]">
        {parts.map((part, number) =>
          number % 2 === 1 ? (
            // biome-ignore lint/suspicious/noArrayIndexKey: parts never move within their text.
            <mark key={number} className="rounded-sm bg-warn-wash text-warn">
              {part}
            </mark>
          ) : (
            part
          ),
        )}
      </p>
      {hidden && (
        <Button variant="ghost" size="sm" className="mt-1 font-sans not-italic" onClick={() => setUnfolded(!unfolded)}>
          {unfolded ? 'Show less' : `Show all ${whole.split('\n').length} lines`}
        </Button>
      )}
      {body.cut && <p className="mt-1 font-sans text-ink-faint text-xs">The rest is too long to be shown.</p>}
    </div>
  )
}

/** Its beginning, where it is long enough to be in the way. */
function foldText(text: string): string {
  const lines = text.split('\n', FOLDED_LINES + 1)
  const head = lines.length > FOLDED_LINES ? lines.slice(0, FOLDED_LINES).join('\n') : text
  return head.length > FOLDED_CHARACTERS ? head.slice(0, FOLDED_CHARACTERS) : head
}

'use client'
import { useQuery } from '@tanstack/react-query'
import { useDeferredValue } from 'react'
import { Input } from '@/components/ui/input'
import type { RecordingHits } from '@/contracts/recording/recording'
import { clockWords } from './replay-clock'
import type { ReplaySource } from './replay-source'

/** Where a text occurs in a recording's output; nothing is asked for an empty one. */
export function useRecordingHits(source: ReplaySource, epoch: number, text: string): RecordingHits | null {
  const settled = useDeferredValue(text.trim())
  const query = useQuery({
    queryKey: ['recording hits', source.id, epoch, settled],
    queryFn: () => source.search(epoch, settled),
    enabled: settled !== '',
  })
  return settled === '' ? null : (query.data ?? null)
}

interface ReplaySearchProps {
  text: string
  onText: (text: string) => void
  hits: RecordingHits | null
  onSeek: (at: number) => void
}

/** Looks for text in the output; each hit leads to its moment. */
export function ReplaySearch({ text, onText, hits, onSeek }: ReplaySearchProps) {
  return (
    <search className="flex flex-col gap-2">
      <Input
        aria-label="Search in output"
        placeholder="Search in output"
        maxLength={500}
        value={text}
        onChange={(event) => onText(event.target.value)}
      />
      {hits && (
        <>
          <p role="status" className="text-ink-faint text-xs">
            {hits.hits.length === 0
              ? 'Not found'
              : `${hits.hits.length}${hits.more ? '+' : ''} ${hits.hits.length === 1 ? 'line' : 'lines'}`}
          </p>
          <ol aria-label="Hits" className="scroll-thin flex max-h-56 flex-col overflow-y-auto">
            {hits.hits.map((hit, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: two hits may be alike.
              <li key={index}>
                <MomentButton at={hit.at} text={hit.line} mono onSeek={onSeek} />
              </li>
            ))}
          </ol>
        </>
      )}
    </search>
  )
}

interface MomentButtonProps {
  at: number
  text: string
  mono?: boolean
  onSeek: (at: number) => void
}

/** A moment of a recording and what it holds. */
export const MomentButton = ({ at, text, mono = false, onSeek }: MomentButtonProps) => (
  <button
    type="button"
    onClick={() => onSeek(at)}
    className="flex w-full items-baseline gap-2 rounded-md px-2 py-1 text-left text-xs hover:bg-hover"
  >
    <span className="shrink-0 text-ink-faint tabular-nums">{clockWords(at)}</span>
    <span className={mono ? 'truncate font-mono text-2xs' : 'truncate'}>{text}</span>
  </button>
)

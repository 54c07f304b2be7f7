'use client'
import { cn } from '@/components/ui/class-names'
import type { MarkerKind, RecordingMarker } from '@/contracts/recording/recording'
import { clockWords } from './replay-clock'

const COLOURS: Readonly<Record<MarkerKind, string>> = {
  prompt: 'bg-accent-strong',
  tool: 'bg-ink-faint',
  approval: 'bg-warn',
  status: 'bg-ok',
  gap: 'bg-bad',
}

const STEPS_PER_SECOND = 10

/** The scrubber's far end: a whole number of its steps, or a browser would let nobody reach the last moment. */
const scrubberEnd = (duration: number): number => Math.ceil(duration * STEPS_PER_SECOND) / STEPS_PER_SECOND

interface TimelineProps {
  at: number
  duration: number
  loadedFrom: number
  loadedUntil: number
  markers: readonly RecordingMarker[]
  /** Where the text that is looked for occurs, in seconds. */
  hits: readonly number[]
  onSeek: (at: number) => void
}

/** The whole recording as a line: where it is, its markers above and the hits of a search below. */
export function Timeline({ at, duration, loadedFrom, loadedUntil, markers, hits, onSeek }: TimelineProps) {
  const share = (moment: number) => (duration > 0 ? (Math.min(moment, duration) / duration) * 100 : 0)
  const left = (moment: number) => `${share(moment)}%`
  return (
    <div className="relative h-8 min-w-0 flex-1">
      <div aria-hidden className="pointer-events-none absolute inset-x-0 top-3.5 h-1 rounded-full bg-line">
        <div
          className="absolute inset-y-0 rounded-full bg-line-strong"
          style={{ left: left(loadedFrom), width: `${share(loadedUntil) - share(loadedFrom)}%` }}
        />
        <div className="absolute inset-y-0 left-0 rounded-full bg-accent" style={{ width: left(at) }} />
      </div>
      <div aria-hidden className="pointer-events-none absolute inset-0">
        {markers.map((marker, index) => (
          <span
            // biome-ignore lint/suspicious/noArrayIndexKey: markers have no identity but their place.
            key={index}
            className={cn('absolute top-1 h-2 w-0.5', COLOURS[marker.kind])}
            style={{ left: left(marker.at) }}
          />
        ))}
        {hits.map((hit, index) => (
          <span
            // biome-ignore lint/suspicious/noArrayIndexKey: nor have hits.
            key={index}
            data-testid="hit"
            className="absolute top-5 h-2 w-0.5 bg-warn"
            style={{ left: left(hit) }}
          />
        ))}
      </div>
      <input
        type="range"
        aria-label="Position"
        aria-valuetext={`${clockWords(at)} of ${clockWords(duration)}`}
        min={0}
        max={scrubberEnd(duration)}
        step={1 / STEPS_PER_SECOND}
        value={at < duration ? at : scrubberEnd(duration)}
        onChange={(event) => onSeek(Number(event.target.value))}
        // The arrows mean the same here as anywhere on the page.
        onKeyDown={(event) => {
          if (event.key === 'ArrowLeft' || event.key === 'ArrowRight' || event.key === ' ') event.preventDefault()
        }}
        className="replay-range absolute inset-0 w-full cursor-pointer appearance-none bg-transparent"
      />
    </div>
  )
}

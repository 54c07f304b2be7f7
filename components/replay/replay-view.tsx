'use client'
import { Pause, Play, SkipBack, SkipForward } from 'lucide-react'
import { useId, useRef, useState } from 'react'
import { formatBytes } from '@/components/format/quantity'
import { Button } from '@/components/ui/button'
import { Select } from '@/components/ui/input'
import { SwitchLine } from '@/components/ui/switch'
import type { RecordedLife } from '@/contracts/recording/recording'
import { clockWords, placeBeside, SPEEDS } from './replay-clock'
import { MomentButton, ReplaySearch, useRecordingHits } from './replay-search'
import type { ReplaySource } from './replay-source'
import { Timeline } from './timeline'
import { useRecording } from './use-recording'
import { useReplay } from './use-replay'
import { useReplayKeys } from './use-replay-keys'

/** One recording: its screen, its controls, what is in it. */
export function ReplayView({ source, life }: { source: ReplaySource; life: RecordedLife }) {
  const host = useRef<HTMLDivElement>(null)
  const [speed, setSpeed] = useState(1)
  const [skipIdle, setSkipIdle] = useState(true)
  const [text, setText] = useState('')
  const recording = useRecording(source, life.epoch, life.growing)
  const { loaded } = recording
  const replay = useReplay(host, { life, recording, speed, skipIdle })
  const hits = useRecordingHits(source, life.epoch, text)
  const markersId = useId()
  const duration = Math.max(life.duration, loaded.knownUntil)
  const jump = (direction: 'previous' | 'next') => {
    const places = life.markers.map(({ at }) => at)
    const place = placeBeside(places, replay.at, direction)
    if (place !== null) replay.seek(place)
  }
  useReplayKeys({
    toggle: () => replay.setPlaying(!replay.playing),
    move: (by) => replay.seek(replay.at + by),
    jump,
  })
  return (
    <div className="flex min-h-0 flex-1 flex-col lg:flex-row">
      <div className="flex min-h-0 min-w-0 flex-1 flex-col">
        <Notes life={life} problem={loaded.problem} cut={loaded.cut} />
        <section aria-label="Recorded terminal" className="relative min-h-0 flex-1 bg-terminal">
          <div className="absolute inset-0 overflow-auto py-1.5 pl-3">
            <div ref={host} data-testid="replay" className="h-full" />
          </div>
        </section>
        <div className="flex shrink-0 flex-wrap items-center gap-x-2 gap-y-1 border-line border-t bg-surface px-3 py-2">
          <Button
            size="icon"
            variant="primary"
            aria-label={replay.playing ? 'Pause' : 'Play'}
            onClick={() => replay.setPlaying(!replay.playing)}
          >
            {replay.playing ? <Pause aria-hidden /> : <Play aria-hidden />}
          </Button>
          <Button size="icon" variant="ghost" aria-label="Previous marker" onClick={() => jump('previous')}>
            <SkipBack aria-hidden />
          </Button>
          <Button size="icon" variant="ghost" aria-label="Next marker" onClick={() => jump('next')}>
            <SkipForward aria-hidden />
          </Button>
          <span data-testid="replay-time" className="whitespace-nowrap text-ink-soft text-xs tabular-nums">
            {clockWords(replay.at)} / {clockWords(duration)}
          </span>
          <div className="flex min-w-0 flex-1 basis-full md:basis-0">
            <Timeline
              at={replay.at}
              duration={duration}
              loadedFrom={loaded.loadedFrom}
              loadedUntil={loaded.complete ? duration : loaded.loadedUntil}
              markers={life.markers}
              hits={hits?.hits.map(({ at }) => at) ?? []}
              onSeek={replay.seek}
            />
          </div>
          <Select
            aria-label="Speed"
            className="w-20"
            value={speed}
            onChange={(event) => setSpeed(Number(event.target.value))}
          >
            {SPEEDS.map((value) => (
              <option key={value} value={value}>
                {value}×
              </option>
            ))}
          </Select>
          <SwitchLine name="Skip idle" note="" checked={skipIdle} onChange={setSkipIdle} />
        </div>
      </div>
      <aside
        aria-label="In this recording"
        className="scroll-thin flex max-h-[40%] shrink-0 flex-col gap-4 overflow-y-auto border-line p-3 max-lg:border-t lg:max-h-none lg:w-80 lg:border-l"
      >
        <ReplaySearch text={text} onText={setText} hits={hits} onSeek={replay.seek} />
        <section aria-labelledby={markersId}>
          <h2 id={markersId} className="mb-1 font-medium text-ink-faint text-xs">
            Markers
          </h2>
          {life.markers.length === 0 && <p className="text-ink-faint text-xs">None were set.</p>}
          <ol>
            {life.markers.map((marker, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: two markers may be alike.
              <li key={index}>
                <MomentButton at={marker.at} text={`${marker.kind}: ${marker.label}`} onSeek={replay.seek} />
              </li>
            ))}
          </ol>
        </section>
        <p className="text-ink-faint text-xs max-lg:hidden">
          Space plays and pauses, the arrows move 5 seconds, with Shift from marker to marker.
        </p>
      </aside>
    </div>
  )
}

/** What is missing, or went wrong. */
function Notes({ life, problem, cut }: { life: RecordedLife; problem: string | null; cut: boolean }) {
  const notes = [
    problem,
    life.truncatedBefore &&
      `The oldest ${formatBytes(life.truncatedBefore.bytes)} are no longer kept; it begins at ${clockWords(life.truncatedBefore.at)}.`,
    cut &&
      'It is longer than a page can hold, and its agent is too old to read parts. `stratavore replay` plays all of it.',
  ].filter((note) => typeof note === 'string')
  return notes.map((note) => (
    <p key={note} role="status" className="border-line border-b bg-warn-wash px-3 py-1.5 text-ink-soft text-xs">
      {note}
    </p>
  ))
}

import { type CastEvent, sizeOfEvent } from '@/contracts/recording/recording'
import { eventsUntil } from './replay-clock'

/** The terminal that a recording is played into. */
export interface ReplayScreen {
  /** Empty, of this size. */
  reset(size: { cols: number; rows: number }): void
  write(data: string): void
  resize(size: { cols: number; rows: number }): void
}

export interface ReplayPlayer {
  /** More of the recording, in order. */
  add(events: readonly CastEvent[]): void
  /** Nothing, as before the first `add`: another part of the recording follows. */
  empty(): void
  /** Shows the recording as of this second. */
  show(at: number): void
  /** When something is next to be seen after what is shown; null when nothing loaded is. */
  nextEventAt(): number | null
}

/** Output of one step is written at once: one parse for a thousand small events. */
function apply(screen: ReplayScreen, events: readonly CastEvent[]): void {
  let output = ''
  for (const event of events) {
    const [, code, data] = event
    if (code === 'o') output += data
    const size = sizeOfEvent(event)
    if (!size) continue
    if (output !== '') screen.write(output)
    output = ''
    screen.resize(size)
  }
  if (output !== '') screen.write(output)
}

/** Plays a recording that began with this size; going back draws it again from the first event it has. */
export function createReplayPlayer(screen: ReplayScreen, size: { cols: number; rows: number }): ReplayPlayer {
  const events: CastEvent[] = []
  const times = {
    get length() {
      return events.length
    },
    at: (index: number) => events[index]?.[0] ?? 0,
  }
  let shown = 0
  const redraw = (): void => {
    screen.reset(size)
    shown = 0
  }
  redraw()
  return {
    add(more) {
      for (const event of more) events.push(event)
    },
    empty() {
      events.length = 0
      redraw()
    },
    show(at) {
      const until = eventsUntil(times, at)
      if (until < shown) redraw()
      apply(screen, events.slice(shown, until))
      shown = until
    },
    nextEventAt() {
      // Markers are not seen, but what they stand for is worth a stop.
      return events[shown]?.[0] ?? null
    },
  }
}

/** Pauses longer than this, in seconds of the recording, are skipped when that is wished. */
export const IDLE_LIMIT = 1
/** Left of a skipped pause, so that what follows does not come out of nowhere. */
const LEAD_IN = 0.2

export const SPEEDS = [0.5, 1, 2, 4, 8, 16] as const

export interface ClockStep {
  /** Seconds of the recording, as asciicast counts. */
  at: number
  /** Seconds that have passed here. */
  elapsed: number
  speed: number
  skipIdle: boolean
  /** When something is next to be seen; null when nothing is. */
  nextEventAt: number | null
  duration: number
}

/** Where a playing recording is after a step. */
export function nextPosition({ at, elapsed, speed, skipIdle, nextEventAt, duration }: ClockStep): number {
  const reached = at + elapsed * speed
  const next = nextEventAt ?? duration
  const skipped = skipIdle && next - at > IDLE_LIMIT ? Math.max(reached, next - LEAD_IN) : reached
  return Math.min(duration, skipped)
}

/** How many of the events, ascending in time, are over at `at`. */
export function eventsUntil(times: { length: number; at(index: number): number }, at: number): number {
  let low = 0
  let high = times.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (times.at(middle) <= at) low = middle + 1
    else high = middle
  }
  return low
}

/** The place before or after `at`, at least a moment away; null when there is none. */
export function placeBeside(places: readonly number[], at: number, direction: 'previous' | 'next'): number | null {
  const moment = 0.05
  const found =
    direction === 'next' ? places.find((place) => place > at + moment) : places.findLast((place) => place < at - moment)
  return found ?? null
}

/** Seconds as `1:02` or `1:00:05`. */
export function clockWords(seconds: number): string {
  const whole = Math.floor(seconds)
  const two = (part: number) => String(part).padStart(2, '0')
  const hours = Math.floor(whole / 3600)
  const minutes = Math.floor(whole / 60) % 60
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`
}

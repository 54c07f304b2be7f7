import type { Clock } from '../recording/recording-clock'
import { PARK_AFTER_MS, type ParkingEmulator } from './parking-emulator'

/** How often it is looked for screens that nobody uses: a part of the time after which they go, and no less often than this. */
const PARK_SWEEPS = 4
const MAX_PARK_SWEEP_MS = 15_000
/** Drawing one takes some of these. */
const PARK_GAP_MS = 100

export interface ParkSweepsOptions {
  clock: Pick<Clock, 'after' | 'monotonicMs'>
  /** Those there are now; one that could not begin is told elsewhere. */
  screens(): Promise<{ emulator: Pick<ParkingEmulator, 'parkUnusedSince'> }>[]
}

/** Puts away the screens that nobody uses, again and again; between two there is time for those in use. */
export interface ParkSweeps {
  /** How long a screen is unused before it goes, milliseconds. */
  parkAfter(ms: number): void
  stop(): void
}

export function createParkSweeps({ clock, screens }: ParkSweepsOptions): ParkSweeps {
  let stopped = false
  let sweeping = false
  let parkAfterMs = PARK_AFTER_MS
  const nextSweep = () => clock.after(Math.min(MAX_PARK_SWEEP_MS, parkAfterMs / PARK_SWEEPS), sweep)
  let cancel = nextSweep()

  const pause = (ms: number): Promise<void> =>
    new Promise((done) => {
      cancel = clock.after(ms, done)
    })

  async function sweep(): Promise<void> {
    const since = clock.monotonicMs() - parkAfterMs
    sweeping = true
    for (const held of screens()) {
      if (stopped) return
      const screen = await held.catch(() => null)
      if (!stopped && screen?.emulator.parkUnusedSince(since)) await pause(PARK_GAP_MS)
    }
    sweeping = false
    if (!stopped) cancel = nextSweep()
  }

  return {
    parkAfter(ms) {
      parkAfterMs = ms
      // A sweep that is under way plans the next one.
      if (sweeping || stopped) return
      cancel()
      cancel = nextSweep()
    },
    stop() {
      stopped = true
      cancel()
    },
  }
}

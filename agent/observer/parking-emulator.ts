import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type { Emulator } from './emulator'
import type { ProgramSaid } from './protocol'

/**
 * Unused for this long, an emulator is put away, unless the daemon says otherwise: 1.7 MB become some KB. The next use costs
 * the time of a re-attach.
 */
export const PARK_AFTER_MS = 60_000

/** An emulator that is put away while nothing comes and nobody asks. */
export interface ParkingEmulator extends Emulator {
  /** Puts it away if it has not been used since `since` (monotonic milliseconds); says whether that begins. */
  parkUnusedSince(since: number): boolean
  isParked(): boolean
}

interface Options {
  /** The emulator there is. */
  emulator: Emulator
  /** Another one, empty, whose program has said this. It answers and tells like the first. */
  make(size: { cols: number; rows: number }, said: ProgramSaid): Emulator
  monotonicMs(): number
  onParked?(): void
  /** One failed and another goes on in its place. */
  onBroken?(error: unknown): void
}

/** Stands on a screen whose output so far could not be followed; the log has it. */
const BROKEN_MARK = Buffer.from('\x1b[7m[earlier output could not be drawn here]\x1b[m\r\n')

interface Parked {
  /** What draws it again, deflated. */
  drawing: Buffer
  cols: number
  rows: number
  said: ProgramSaid
}

/**
 * Keeps what an emulator shows as the sequences that draw it, and draws it again for whoever comes: what is shown then, and
 * what follows, is what it would have been. Nothing in a drawing is answered.
 */
export function createParkingEmulator({
  emulator,
  make,
  monotonicMs,
  onParked = () => {},
  onBroken = () => {},
}: Options): ParkingEmulator {
  let live: Emulator | null = emulator
  let parked: Parked | null = null
  let usedAt = monotonicMs()
  let uses = 0
  let parking = false
  let disposed = false

  function use(): Emulator {
    usedAt = monotonicMs()
    uses += 1
    const failed = live?.broken()
    if (live !== null && failed) replace(live, failed.error)
    if (live !== null) return live
    if (parked === null) throw new Error('the emulator is disposed')
    const { cols, rows, said, drawing } = parked
    live = make({ cols, rows }, said)
    parked = null
    void live.write(inflateRawSync(drawing), false)
    return live
  }

  /** What one program makes its terminal fail at concerns no other: it goes on with an empty one. */
  function replace(from: Emulator, error: unknown): void {
    const { cols, rows } = from.size()
    live = make({ cols, rows }, from.said())
    void live.write(BROKEN_MARK, false)
    from.dispose()
    onBroken(error)
  }

  /** Everything is parsed, and it has not been used since. */
  function park(from: Emulator): void {
    const { data, cols, rows } = from.snapshot()
    parked = { drawing: deflateRawSync(data), cols, rows, said: from.said() }
    live = null
    from.dispose()
    onParked()
  }

  return {
    write: (data, isLive) => use().write(data, isLive),
    whenParsed: (callback) => use().whenParsed(callback),
    resize: (cols, rows) => use().resize(cols, rows),
    snapshot: () => use().snapshot(),
    settings: () => use().settings(),
    screen: (ansi, find) => use().screen(ansi, find),
    thumbnail: (find) => use().thumbnail(find),
    lastLines: (find) => use().lastLines(find),
    size: () => (live === null ? (parked ?? use().size()) : live.size()),
    broken: () => null,
    said: () => (live === null ? (parked?.said ?? use().said()) : live.said()),
    dispose() {
      disposed = true
      live?.dispose()
      live = null
      parked = null
    },
    parkUnusedSince(since) {
      const from = live
      if (from === null || parking || usedAt > since) return false
      const seen = uses
      parking = true
      // Not in the callback: it is called from inside the terminal that goes.
      from.whenParsed(() =>
        setImmediate(() => {
          parking = false
          if (!disposed && live === from && uses === seen && from.broken() === null) park(from)
        }),
      )
      return true
    },
    isParked: () => parked !== null,
  }
}

import type { KeptRecordings } from '@/contracts/recording/kept-recordings'

/** A part of a recording on the disk. */
export interface StoredSegment {
  path: string
  bytes: number
  /** When it was last written to, Unix milliseconds. */
  writtenAt: number
  /** It may be written to: it stays, whatever else is said. */
  inUse: boolean
}

export interface StoredLife {
  /** The directory. */
  path: string
  runnerId: string
  epoch: number
  isLive: boolean
  /** Oldest first. */
  segments: readonly StoredSegment[]
}

export interface StoredLog {
  path: string
  isLive: boolean
  writtenAt: number
}

/** Files and whole directories to be deleted. */
export interface PrunePlan {
  files: string[]
  directories: string[]
}

/** The oldest of `segments` (oldest first) that are too much for `bytes`. */
function excess(segments: readonly StoredSegment[], bytes: number): StoredSegment[] {
  let total = segments.reduce((sum, segment) => sum + segment.bytes, 0)
  return segments.filter((segment) => {
    if (total <= bytes || segment.inUse) return false
    total -= segment.bytes
    return true
  })
}

/**
 * What of recordings and output logs is no longer kept: what is too old, then the oldest of each runner that has too much,
 * then the oldest of all. A life that has ended goes with its last segment.
 */
export function planPrune(
  lives: readonly StoredLife[],
  logs: readonly StoredLog[],
  kept: KeptRecordings,
  now: number,
): PrunePlan {
  const isOld = ({ writtenAt }: { writtenAt: number }): boolean => writtenAt < now - kept.ageMs
  const dropped = new Set<StoredSegment>()
  const drop = (segments: readonly StoredSegment[]): void => {
    for (const segment of segments) dropped.add(segment)
  }
  const left = (life: StoredLife): StoredSegment[] => life.segments.filter((segment) => !dropped.has(segment))

  for (const life of lives) drop(life.segments.filter((segment) => !segment.inUse && isOld(segment)))
  const byAge = [...lives].sort((a, b) => a.epoch - b.epoch)
  for (const runnerId of new Set(lives.map((life) => life.runnerId))) {
    drop(excess(byAge.filter((life) => life.runnerId === runnerId).flatMap(left), kept.runnerBytes))
  }
  drop(
    excess(
      lives.flatMap(left).sort((a, b) => a.writtenAt - b.writtenAt),
      kept.totalBytes,
    ),
  )

  const empty = lives.filter((life) => !life.isLive && left(life).length === 0)
  return {
    files: [...dropped].map(({ path }) => path),
    directories: [...empty, ...logs.filter((log) => !log.isLive && isOld(log))].map(({ path }) => path),
  }
}

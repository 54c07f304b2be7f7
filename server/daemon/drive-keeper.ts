import type { Logger } from 'pino'
import type { DriveEnd } from '@/contracts/drive/drive'
import { StratavoreError } from '../core/errors'
import type { DriveLog } from '../gateways/terminal/drive-turn'
import { beginDrive, type DriveContext, type NewDrive } from '../services/drive/begin-drive'
import { endDrive } from '../services/drive/end-drive'
import { vouchDrives } from '../services/drive/vouch-drives'

/** How often it is said of those who drive that they still do: what a daemon that dies is off by at most. */
const VOUCH_EVERY_MS = 10_000
/** Turns that wait to be written while the database is away. A new one needs a ticket, so that only seats change hands then. */
const MAX_WAITING = 10_000

interface KeptDrive {
  drive: NewDrive
  isWritten: boolean
  inputBytes: number
  lastInputAt: Date | null
  end: { endedAt: Date; cause: DriveEnd } | null
}

export interface DriveKeeper extends DriveLog {
  /** Writes what there is; whoever still drives has left by then. */
  stop(): Promise<void>
}

/**
 * Writes down who drives: at once, and where the database does not answer again until it does, with the times of when it
 * happened. No terminal waits for it.
 */
export function startDriveKeeper(
  ctx: DriveContext,
  { newId, leads, log }: { newId(): string; leads(): boolean; log: Logger },
): DriveKeeper {
  const kept = new Map<string, KeptDrive>()
  let writing: Promise<void> = Promise.resolve()
  let isDue = false

  async function writeOne(id: string, entry: KeptDrive): Promise<void> {
    if (!entry.isWritten) {
      await beginDrive(ctx, entry.drive)
      entry.isWritten = true
    }
    const { end, inputBytes, lastInputAt } = entry
    if (end === null) return
    await endDrive(ctx, { id, ...end, inputBytes, lastInputAt })
    kept.delete(id)
  }

  async function writeAll(vouch: boolean): Promise<void> {
    isDue = false
    if (!leads()) return
    try {
      for (const [id, entry] of [...kept]) if (!entry.isWritten || entry.end !== null) await writeOne(id, entry)
      if (!vouch) return
      const open = [...kept].map(([id, { inputBytes, lastInputAt }]) => ({ id, inputBytes, lastInputAt }))
      await vouchDrives(ctx, open, ctx.clock.now())
    } catch (error) {
      // Of another daemon by now, which ends what is open; or the database is away, and the next round tries again.
      const isOver = error instanceof StratavoreError && error.code === 'conflict'
      log.warn(
        { err: error, waiting: kept.size },
        isOver ? 'drives are another daemon’s' : 'a drive waits to be written',
      )
    }
  }

  const run = (vouch: boolean): Promise<void> => {
    writing = writing.then(() => writeAll(vouch))
    return writing
  }
  const soon = (): void => {
    if (isDue) return
    isDue = true
    void run(false)
  }
  const timer = setInterval(() => void run(true), VOUCH_EVERY_MS)

  return {
    begin: (driver) => {
      const id = newId()
      const drive = { id, ...driver, beganAt: ctx.clock.now() }
      if (kept.size >= MAX_WAITING) log.error({ drive }, 'who drives cannot be written down: too many wait')
      else kept.set(id, { drive, isWritten: false, inputBytes: 0, lastInputAt: null, end: null })
      soon()
      return id
    },
    typed: (id, bytes) => {
      const entry = kept.get(id)
      if (!entry) return
      entry.inputBytes += bytes
      entry.lastInputAt = ctx.clock.now()
    },
    end: (id, cause) => {
      const entry = kept.get(id)
      if (!entry || entry.end) return
      entry.end = { endedAt: ctx.clock.now(), cause }
      soon()
    },
    stop: async () => {
      clearInterval(timer)
      await run(true)
    },
  }
}

import type { DriveEnd } from '@/contracts/drive/drive'
import type { TerminalClient } from './terminal-client'

/** Whoever takes the driver seat. */
export interface Driver {
  runnerId: string
  epoch: number
  userId: string
  userName: string
  credential: string
}

/** Where it is written down who drives. Nothing here waits, and nothing throws. */
export interface DriveLog {
  /** Returns what the turn is called from then on. */
  begin(driver: Driver): string
  typed(id: string, bytes: number): void
  end(id: string, cause: DriveEnd): void
}

/** The one turn at the wheel of one runner that is under way, if any. */
export interface DriveTurn {
  /** Says who drives this life of the runner now; `cause` is why the one before does not, where it is another one. */
  is(driver: TerminalClient | null, epoch: number, cause: DriveEnd): void
  typed(client: TerminalClient, bytes: number): void
}

/** Follows the seat. A connection is a turn of its own: who comes back may be signed in otherwise. */
export function createDriveTurn(runnerId: string, log: DriveLog): DriveTurn {
  let turn: { id: string; client: TerminalClient; epoch: number } | null = null
  return {
    is: (driver, epoch, cause) => {
      if (turn && (turn.client !== driver || turn.epoch !== epoch)) {
        log.end(turn.id, turn.epoch === epoch ? cause : 'ended')
        turn = null
      }
      if (!driver || turn) return
      const { userId, name: userName, credential } = driver
      turn = { id: log.begin({ runnerId, epoch, userId, userName, credential }), client: driver, epoch }
    },
    typed: (client, bytes) => {
      if (turn?.client === client) log.typed(turn.id, bytes)
    },
  }
}

import type { TerminalPresence } from '@/contracts/terminal/terminal'
import { type After, quietTimer } from './quiet-timer'

/** A driver whose connection broke has its seat back within this: longer than a client rests between two attempts. */
export const SEAT_KEPT_MS = 8_000

/** What the seat needs to know of a client. */
export interface Occupant {
  clientId: string
  userId: string
  name: string
  readOnly: boolean
}

/**
 * Who is at one terminal, and which one of them may type and set the size. `onLapse`: a seat that was kept in vain is
 * free, or somebody else's.
 */
export function createDriverSeat(onLapse: () => void = () => undefined, after: After = quietTimer) {
  const occupants = new Map<string, Occupant>()
  /** Who asked for the seat, first come first. */
  const asking = new Set<string>()
  /** Who came to drive while the seat was kept for another. */
  const hoping = new Set<string>()
  let driverId: string | null = null
  /** The driver, while it is away and its seat is kept. */
  let kept: { occupant: Occupant; cancel: () => void } | null = null

  const mayDrive = (clientId: string): boolean => occupants.get(clientId)?.readOnly === false

  function forgetKept(): void {
    kept?.cancel()
    kept = null
    hoping.clear()
  }

  function sit(clientId: string): void {
    forgetKept()
    driverId = clientId
    asking.delete(clientId)
  }

  /** The seat is free: whoever asked first has it now, else who came to drive while it was kept. */
  function vacate(): void {
    const [first] = [...asking, ...hoping]
    forgetKept()
    driverId = null
    if (first !== undefined) sit(first)
  }

  function keepFor(occupant: Occupant): void {
    const cancel = after(SEAT_KEPT_MS, () => {
      vacate()
      onLapse()
    })
    kept = { occupant, cancel }
  }

  return {
    isDriver: (clientId: string): boolean => driverId === clientId,
    /** Whom the seat is kept for, while its driver is away. */
    keptFor: (): Occupant | null => kept?.occupant ?? null,
    /** Adds a client; it drives when the seat is free, or kept for it, and it may, unless it only came to `watch`. */
    enter: (occupant: Occupant, watch = false): void => {
      const { clientId, readOnly } = occupant
      occupants.set(clientId, occupant)
      if (readOnly) asking.delete(clientId)
      if (driverId === clientId) {
        if (readOnly) vacate()
        else sit(clientId)
      }
      if (readOnly || watch) return
      if (driverId === null) sit(clientId)
      else if (kept) hoping.add(clientId)
    },
    /** `comesBack`: its connection broke, and a seat it has is kept for a moment. */
    leave: (clientId: string, comesBack = false): void => {
      const occupant = occupants.get(clientId)
      occupants.delete(clientId)
      asking.delete(clientId)
      hoping.delete(clientId)
      if (driverId !== clientId) return
      if (comesBack && occupant) keepFor(occupant)
      else vacate()
    },
    /** Takes the seat, from whoever has it. False for a read-only client. */
    take: (clientId: string): boolean => {
      if (!mayDrive(clientId)) return false
      sit(clientId)
      return true
    },
    /** Takes the seat only when it is free. */
    takeIfFree: (clientId: string): boolean => {
      if (driverId !== null || !mayDrive(clientId)) return false
      sit(clientId)
      return true
    },
    /** Asks whoever drives for the seat; a free one is had at once. False for a read-only client. */
    ask: (clientId: string): boolean => {
      if (!mayDrive(clientId)) return false
      if (driverId === null) sit(clientId)
      else if (driverId !== clientId) asking.add(clientId)
      return true
    },
    /** The driver hands the seat to another, or refuses the one who asked. False when it is not the driver's to give. */
    answer: (driver: string, clientId: string, given: boolean): boolean => {
      if (driverId !== driver || driver === clientId) return false
      if (given && !mayDrive(clientId)) return false
      asking.delete(clientId)
      if (given) sit(clientId)
      return true
    },
    release: (clientId: string): boolean => {
      if (driverId !== clientId) return false
      vacate()
      return true
    },
    presence: (): Omit<TerminalPresence, 'inputRecorded'> => {
      const driver = kept?.occupant ?? (driverId === null ? undefined : occupants.get(driverId))
      return {
        driver: driver ? { clientId: driver.clientId, name: driver.name, ...(kept && { away: true }) } : null,
        clients: [...occupants.values()].map(({ clientId, name, readOnly }) => ({
          clientId,
          name,
          readOnly,
          asks: asking.has(clientId),
        })),
      }
    },
  }
}

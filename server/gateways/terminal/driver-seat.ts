import type { TerminalPresence } from '@/contracts/terminal/terminal'

/** What the seat needs to know of a client. */
export interface Occupant {
  clientId: string
  name: string
  readOnly: boolean
}

/** Who is at one terminal, and which one of them may type and set the size. */
export function createDriverSeat() {
  const occupants = new Map<string, Occupant>()
  /** Who asked for the seat, first come first. */
  const asking = new Set<string>()
  let driverId: string | null = null

  const mayDrive = (clientId: string): boolean => occupants.get(clientId)?.readOnly === false

  function sit(clientId: string): void {
    driverId = clientId
    asking.delete(clientId)
  }

  /** The seat is free: whoever asked first has it now. */
  function vacate(): void {
    driverId = null
    const [first] = asking
    if (first !== undefined) sit(first)
  }

  return {
    isDriver: (clientId: string): boolean => driverId === clientId,
    /** Adds a client; it drives when the seat is free and it may, unless it only came to `watch`. */
    enter: (occupant: Occupant, watch = false): void => {
      occupants.set(occupant.clientId, occupant)
      if (occupant.readOnly) asking.delete(occupant.clientId)
      if (driverId === occupant.clientId && occupant.readOnly) vacate()
      if (driverId === null && !occupant.readOnly && !watch) sit(occupant.clientId)
    },
    leave: (clientId: string): void => {
      occupants.delete(clientId)
      asking.delete(clientId)
      if (driverId === clientId) vacate()
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
      const driver = driverId === null ? undefined : occupants.get(driverId)
      return {
        driver: driver ? { clientId: driver.clientId, name: driver.name } : null,
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

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
  let driverId: string | null = null
  return {
    isDriver: (clientId: string): boolean => driverId === clientId,
    /** Adds a client; it drives when the seat is free and it may. */
    enter: (occupant: Occupant): void => {
      occupants.set(occupant.clientId, occupant)
      if (driverId === occupant.clientId && occupant.readOnly) driverId = null
      if (driverId === null && !occupant.readOnly) driverId = occupant.clientId
    },
    leave: (clientId: string): void => {
      occupants.delete(clientId)
      if (driverId === clientId) driverId = null
    },
    /** Takes the seat, from whoever has it. False for a read-only client. */
    take: (clientId: string): boolean => {
      const occupant = occupants.get(clientId)
      if (!occupant || occupant.readOnly) return false
      driverId = clientId
      return true
    },
    /** Takes the seat only when it is free. */
    takeIfFree: (clientId: string): boolean => {
      const occupant = occupants.get(clientId)
      if (driverId !== null || !occupant || occupant.readOnly) return false
      driverId = clientId
      return true
    },
    release: (clientId: string): boolean => {
      if (driverId !== clientId) return false
      driverId = null
      return true
    },
    presence: (): TerminalPresence => {
      const driver = driverId === null ? undefined : occupants.get(driverId)
      return {
        driver: driver ? { clientId: driver.clientId, name: driver.name } : null,
        clients: [...occupants.values()].map(({ clientId, name, readOnly }) => ({ clientId, name, readOnly })),
      }
    },
  }
}

import type { InputReply } from '@/contracts/agent-protocol/messages'
import { MAX_UNACKED_INPUTS } from '@/contracts/terminal/terminal'
import { StratavoreError } from '../../core/errors'
import type { createDriverSeat } from './driver-seat'
import type { TerminalClient } from './terminal-client'

/** One message of a client: its number, and what was typed. */
interface Typed {
  seq: number
  data: Uint8Array
}

export interface TypedInputOptions {
  seat: Pick<ReturnType<typeof createDriverSeat>, 'isDriver' | 'takeIfFree' | 'presence'>
  /** Has it written into the terminal. */
  write(client: TerminalClient, input: Typed): Promise<InputReply>
  /** Whoever typed found the seat free, and has it now. */
  onTaken(): void
  onTyped(client: TerminalClient, bytes: number): void
  onWritten(bytes: number): void
  /** Ends the connection in a way that makes the client come back by itself, and send again what was not written. */
  sendAway(client: TerminalClient, error: unknown): void
}

/** What clients type into one terminal: the driver's only, in order, and no faster than they may. */
export interface TypedInput {
  take(client: TerminalClient, input: Typed): void
  /** Types what is held of a client, as far as its allowance goes; the rest, and its acknowledgement, a little later. */
  goOn(client: TerminalClient): void
  /** The client is gone. */
  forget(client: TerminalClient): void
}

export function createTypedInput(options: TypedInputOptions): TypedInput {
  const { seat, write, onTaken, onTyped, onWritten, sendAway } = options

  function notDriving(client: TerminalClient): void {
    const elsewhere = seat.presence().driver ? 'Somebody else drives this terminal.' : 'You have let the seat go.'
    const message = client.readOnly ? 'You are attached read-only.' : elsewhere
    client.socket.emit('problem', { code: 'forbidden', message, fatal: false })
  }

  function type(client: TerminalClient, input: Typed): void {
    Promise.resolve()
      .then(() => write(client, input))
      .then((reply) => {
        // Not written: the client sends it again when it comes back, in order.
        if (!reply.ok) throw new StratavoreError('unavailable', reply.error)
        onWritten(input.data.length)
        client.socket.emit('inputAck', reply.writtenSeq)
      })
      .catch((error: unknown) => sendAway(client, error))
  }

  function goOn(client: TerminalClient): void {
    if (client.inputTimer) return
    if (client.heldInput.length > 0 && !seat.isDriver(client.clientId)) {
      // Somebody else has the seat since: what was held for it would come between their keys.
      client.heldInput.length = 0
      notDriving(client)
      return
    }
    for (let next = client.heldInput[0]; next && client.phase === 'live'; next = client.heldInput[0]) {
      const waitMs = client.allowance.take(next.data.length)
      if (waitMs > 0) {
        client.inputTimer = setTimeout(() => {
          client.inputTimer = null
          goOn(client)
        }, waitMs)
        return
      }
      client.heldInput.shift()
      type(client, next)
    }
  }

  return {
    take(client, input) {
      if (!seat.isDriver(client.clientId)) {
        if (!seat.takeIfFree(client.clientId)) return notDriving(client)
        onTaken()
      }
      // In order: nothing overtakes what is held. A client may have this many unacknowledged, so that is all there is.
      if (client.heldInput.length >= MAX_UNACKED_INPUTS) {
        sendAway(client, new StratavoreError('rate_limited', 'More was typed than can be taken just now.'))
        return
      }
      client.heldInput.push(input)
      onTyped(client, input.data.length)
      if (client.phase === 'live') goOn(client)
    },
    goOn,
    forget(client) {
      if (client.inputTimer) clearTimeout(client.inputTimer)
    },
  }
}

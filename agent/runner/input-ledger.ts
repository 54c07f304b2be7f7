import { INPUT_SEQ_STRIDE, MAX_UNACKED_INPUTS } from '@/contracts/terminal/terminal'

/** Clients whose last input is remembered per runner: more never type within one reconnect. */
const MAX_CLIENTS = 256

/** What to do with an input message. */
export type InputVerdict =
  | { kind: 'write' }
  /** It was taken before; answered once that is written. */
  | { kind: 'repeat'; written: Promise<unknown> }
  /** Something before it is missing: writing it now would reorder what was typed. */
  | { kind: 'gap' }

interface ClientInput {
  takenSeq: number
  writtenSeq: number
  lastWrite: Promise<unknown>
}

/** Tells new input from repeated input, by client and sequence number. */
export interface InputLedger {
  judge(clientId: string, seq: number): InputVerdict
  /** The input goes into the terminal's queue; `written` resolves true when it is in the terminal. */
  take(clientId: string, seq: number, written: Promise<boolean>): void
  /** Everything of this client up to here is in the terminal. */
  writtenSeq(clientId: string): number
}

/** Whether a client that got to `takenSeq` gave up what lies between: no input in flight gets that far ahead. */
const beginsAnew = (seq: number, takenSeq: number): boolean =>
  seq % INPUT_SEQ_STRIDE === 1 && seq - takenSeq > MAX_UNACKED_INPUTS

/** An empty ledger; the client longest unheard of is forgotten first. */
export function createInputLedger(): InputLedger {
  const clients = new Map<string, ClientInput>()

  const touch = (clientId: string, seq: number): ClientInput => {
    const client = clients.get(clientId) ?? { takenSeq: seq - 1, writtenSeq: seq - 1, lastWrite: Promise.resolve() }
    clients.delete(clientId)
    clients.set(clientId, client)
    const oldest = clients.keys().next().value
    if (clients.size > MAX_CLIENTS && oldest !== undefined) clients.delete(oldest)
    return client
  }

  return {
    judge(clientId, seq) {
      const client = touch(clientId, seq)
      if (seq <= client.takenSeq) return { kind: 'repeat', written: client.lastWrite }
      const follows = seq === client.takenSeq + 1 || beginsAnew(seq, client.takenSeq)
      return follows ? { kind: 'write' } : { kind: 'gap' }
    },
    take(clientId, seq, written) {
      const client = touch(clientId, seq)
      client.takenSeq = seq
      client.lastWrite = written.then((isWritten) => {
        if (isWritten) client.writtenSeq = Math.max(client.writtenSeq, seq)
      })
    },
    writtenSeq: (clientId) => clients.get(clientId)?.writtenSeq ?? 0,
  }
}

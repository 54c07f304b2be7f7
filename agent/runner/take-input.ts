import type { InputReply, RunnerInput } from '@/contracts/agent-protocol/messages'
import type { PtyProcess } from '../pty/pty-process'
import { createInputLedger } from './input-ledger'
import { Refused } from './runner-host'

export interface InputTakerOptions {
  terminal: Pick<PtyProcess, 'hasRoom' | 'write'>
  /** New input is on its way into the terminal. */
  onTaken(data: Uint8Array): void
}

/**
 * Writes what clients type, each piece once, in the order of its client. Resolves when it is in the terminal; rejects with
 * Refused where something before it is missing, there is no room, or the runner ends before it is written.
 */
export function createInputTaker({
  terminal,
  onTaken,
}: InputTakerOptions): (input: RunnerInput) => Promise<InputReply> {
  const ledger = createInputLedger()
  return async ({ clientId, seq, data }) => {
    const verdict = ledger.judge(clientId, seq)
    if (verdict.kind === 'gap')
      throw new Refused('input_gap', 'Input that was typed before this is missing: send it again.')
    if (verdict.kind === 'repeat') await verdict.written
    else {
      if (!terminal.hasRoom(data.length))
        throw new Refused('input_full', 'The program does not read its input; try again later.')
      const written = terminal.write(data).then((result) => result === 'written')
      ledger.take(clientId, seq, written)
      onTaken(data)
      if (!(await written)) throw new Refused('not_running', 'The runner has ended.')
    }
    return { ok: true, writtenSeq: ledger.writtenSeq(clientId) }
  }
}

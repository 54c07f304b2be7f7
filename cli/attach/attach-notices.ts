import type { TerminalLinkState } from '@/client/terminal/terminal-link-state'
import { errorCode } from '@/contracts/errors/errors'
import type { TerminalError, TerminalExit } from '@/contracts/terminal/terminal'
import { ExitCode, exitCodeOfFailure } from '../exit-code'
import { shortId } from '../match-id'
import { inertLine } from '../text/inert-text'

/** Why an attach is over. */
export type AttachEnd =
  | { kind: 'detached' }
  | { kind: 'exit'; exit: TerminalExit }
  | { kind: 'closed'; problem: TerminalError | null }
  | { kind: 'signal'; signal: NodeJS.Signals }

/** The line a person must see now, or null when all is as usual. */
export function noticeOf(state: TerminalLinkState, readOnly: boolean): string | null {
  if (state.phase === 'reconnecting') return 'connection lost, connecting again (Ctrl-] detaches)'
  if (state.phase !== 'attached') return null
  if (state.problem && state.problem.code !== 'forbidden') return state.problem.message
  if (state.inputUnread) return 'the program does not read what you type: it waits (Ctrl-] detaches)'
  if (!readOnly && state.role === 'driver')
    return state.presence.inputRecorded ? 'what you type here is recorded (Ctrl-] detaches)' : null
  if (readOnly) return null
  const driver = state.presence.driver?.name
  return `watching only: ${driver ? `${driver} drives` : 'the seat is not yours'} (attach --take takes it; Ctrl-] detaches)`
}

function describeExit({ status, exitCode, signal, reason }: TerminalExit): string {
  const how = signal ? `by ${signal}` : exitCode === null ? status : `with ${exitCode}`
  return `ended ${how}${reason ? `: ${reason}` : ''}`
}

/** The last line of an attach, and what the process exits with. */
export function describeEnd(end: AttachEnd, runnerId: string): { line: string; exitCode: ExitCode } {
  const name = shortId(runnerId)
  switch (end.kind) {
    case 'detached':
      return { line: `[detached from ${name}; it goes on: stratavore attach ${name}]`, exitCode: ExitCode.ok }
    case 'signal':
      return { line: `[detached from ${name} by ${end.signal}]`, exitCode: ExitCode.failed }
    case 'exit': {
      const exitCode = end.exit.status === 'terminated' ? ExitCode.ok : ExitCode.failed
      return { line: inertLine(`[${name} ${describeExit(end.exit)}]`), exitCode }
    }
    case 'closed': {
      const known = errorCode.safeParse(end.problem?.code)
      const exitCode = known.success ? exitCodeOfFailure(known.data) : ExitCode.failed
      return { line: inertLine(`[${name}: ${end.problem?.message ?? 'the connection was closed'}]`), exitCode }
    }
  }
}

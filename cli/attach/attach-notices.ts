import type { TerminalLinkState } from '@/client/terminal/terminal-link-state'
import { errorCode } from '@/contracts/errors/errors'
import type { TerminalError, TerminalExit, TerminalSize } from '@/contracts/terminal/terminal'
import { ExitCode, exitCodeOfFailure } from '../exit-code'
import { shortId } from '../match-id'
import { inertLine } from '../text/inert-text'

/** Why an attach is over. */
export type AttachEnd =
  | { kind: 'detached' }
  | { kind: 'exit'; exit: TerminalExit }
  | { kind: 'closed'; problem: TerminalError | null }
  | { kind: 'signal'; signal: NodeJS.Signals }

/** What to tell who watches a screen that this terminal is too small for; null when it fits, or is not known yet. */
export function misfitOf(runner: TerminalSize | null, own: TerminalSize): string | null {
  if (runner === null || (runner.cols <= own.cols && runner.rows <= own.rows)) return null
  return `its screen is ${runner.cols}x${runner.rows}, this one ${own.cols}x${own.rows}: what does not fit is drawn wrong`
}

/** Who looks at a terminal, and how. */
export interface Onlooker {
  clientId: string
  readOnly: boolean
  /** Of a screen that only this person sees so. */
  misfit: string | null
  /** Output was just skipped because this terminal showed it too slowly. */
  skipped: boolean
}

/** The line a person must see now, or null when all is as usual. */
export function noticeOf(state: TerminalLinkState, onlooker: Onlooker): string | null {
  const lasting = lastingNotice(state, onlooker)
  if (!onlooker.skipped) return lasting
  return ['output was skipped: this is the screen as it is now', ...(lasting === null ? [] : [lasting])].join('; ')
}

function lastingNotice(state: TerminalLinkState, { clientId, readOnly, misfit }: Onlooker): string | null {
  if (state.phase === 'reconnecting') return 'connection lost, connecting again (Ctrl-] detaches)'
  if (state.phase !== 'attached') return null
  if (state.problem && state.problem.code !== 'forbidden') return state.problem.message
  if (state.inputUnread) return 'the program does not read what you type: it waits (Ctrl-] detaches)'
  if (!readOnly && state.role === 'driver') return driverNotice(state)
  if (readOnly) return misfit
  const watching = watcherNotice(state, clientId)
  return misfit === null ? watching : `${watching}; ${misfit}`
}

function watcherNotice({ presence }: TerminalLinkState, clientId: string): string {
  const driver = presence.driver?.name
  const asks = presence.clients.some((client) => client.clientId === clientId && client.asks)
  if (asks) return `watching only: ${driver ?? 'who drives'} was asked for the seat (Ctrl-] detaches)`
  const does = presence.driver?.away ? 'is away and the seat is kept for a moment' : 'drives'
  const who = driver ? `${driver} ${does}` : 'the seat is not yours'
  return `watching only: ${who} (Ctrl-^ asks for it, attach --take takes it; Ctrl-] detaches)`
}

function driverNotice({ presence }: TerminalLinkState): string | null {
  const asker = presence.clients.find((client) => client.asks)
  if (asker) return `${asker.name} asks to drive (Ctrl-^ twice gives them the seat, Ctrl-] detaches)`
  return presence.inputRecorded ? 'what you type here is recorded (Ctrl-] detaches)' : null
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

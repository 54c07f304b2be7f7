import { randomUUID } from 'node:crypto'
import { createTerminalLink } from '@/client/terminal/terminal-link'
import { initialLinkState, type TerminalLinkState } from '@/client/terminal/terminal-link-state'
import type { TerminalSize } from '@/contracts/terminal/terminal'
import type { Cli } from '../cli'
import { CliError } from '../cli-error'
import { ExitCode } from '../exit-code'
import { type AttachEnd, describeEnd, misfitOf, noticeOf } from './attach-notices'
import { createCursorQueryCounter } from './cursor-query-counter'
import { readKeyboard } from './keyboard'
import { createLocalScreen } from './local-screen'
import { takeTerminal } from './local-terminal'
import { createSeatKey } from './seat-key'
import { openTicketSource } from './ticket-source'

/** Signals that ask us to go; SIGINT only comes from outside, the keyboard's Ctrl-C goes to the runner. */
const END_SIGNALS = ['SIGTERM', 'SIGHUP', 'SIGINT'] as const

export interface AttachChoices {
  readOnly?: boolean
  /** Take the seat even from somebody else. */
  take?: boolean
  /** Programs may put text into the clipboard of who looks (OSC 52). */
  clipboard?: boolean
}

/**
 * Connects this terminal to the runner until one of them ends it, prints how it ended in one line and sets the exit
 * code. Throws CliError when there is no terminal or the runner has ended.
 */
export async function attachTo(cli: Cli, runnerId: string, choices: AttachChoices = {}): Promise<void> {
  if (!cli.interactive)
    throw new CliError('attach needs a terminal; without one use screen, logs and send', ExitCode.usage)
  const readOnly = choices.readOnly === true
  let finish: (end: AttachEnd) => void = () => undefined
  const ended = new Promise<AttachEnd>((resolve) => {
    finish = resolve
  })
  const requestTicket = await openTicketSource(cli.api(), runnerId, readOnly, (exit) => finish({ kind: 'exit', exit }))

  const terminal = takeTerminal(cli.process)
  const stop = connect(cli, requestTicket, finish, { ...choices, readOnly })
  const end = await ended
  stop()
  terminal.restore()
  const { line, exitCode } = describeEnd(end, runnerId)
  cli.print(line)
  cli.exitWith(exitCode)
}

/** Ties keyboard, screen, window size and signals to a link; tells `finish` when it is over. Returns what unties them. */
function connect(
  cli: Cli,
  requestTicket: () => Promise<string>,
  finish: (end: AttachEnd) => void,
  { readOnly, take, clipboard = false }: AttachChoices & { readOnly: boolean },
): () => void {
  const { stdin, stdout } = cli.process
  const { url, token } = cli.server()
  const countCursorQueries = createCursorQueryCounter()
  let notice: string | null = null

  let runnerSize: TerminalSize | null = null
  let known = initialLinkState
  let skipped = false
  const clientId = randomUUID()
  const screen = createLocalScreen(stdout, clipboard, {
    onOutput(data) {
      for (let queries = countCursorQueries(data); queries > 0; queries--) keyboard.expectCursorReport()
    },
    onSkipped() {
      skipped = true
    },
    onSize(size) {
      runnerSize = size
      // What was told before may just have been drawn over.
      notice = null
      tellNotice()
      // Told once: what is to be known lastingly takes its place.
      skipped = false
    },
  })
  function tellNotice(): void {
    const next = noticeOf(known, { clientId, readOnly, skipped, misfit: misfitOf(runnerSize, screen.size()) })
    if (next !== notice && next !== null) screen.notice(next)
    notice = next
  }
  function onState(state: TerminalLinkState): void {
    if (state.exit) finish({ kind: 'exit', exit: state.exit })
    else if (state.phase === 'closed') finish({ kind: 'closed', problem: state.problem })
    // Until the program draws there, the line that only watching was meant is still on the screen.
    const gained = notice !== null && known.role === 'viewer' && state.role === 'driver'
    known = state
    tellNotice()
    if (gained && notice === null) screen.notice('you drive (Ctrl-] detaches)')
  }
  const link = createTerminalLink({
    url,
    clientId,
    requestTicket,
    size: screen.size,
    socketOptions: token === null ? {} : { extraHeaders: { authorization: `Bearer ${token}` } },
    screen,
    isIntact: screen.isIntact,
    onState,
  })
  if (take) link.takeSeat()
  const takesSeatKey = createSeatKey({
    state: () => known,
    ask: link.askSeat,
    give: (asker) => link.answerSeat(asker, true),
    notice: screen.notice,
    now: () => performance.now(),
  })
  const send = (data: Uint8Array) => {
    if (!takesSeatKey(data) && !readOnly) link.send(data)
  }
  const keyboard = readKeyboard(stdin, send, () => finish({ kind: 'detached' }))
  const onResize = () => {
    link.resize(screen.size())
    tellNotice()
  }
  const onSignal = (signal: NodeJS.Signals) => finish({ kind: 'signal', signal })
  stdout.on('resize', onResize)
  for (const signal of END_SIGNALS) process.on(signal, onSignal)

  return () => {
    keyboard.stop()
    stdout.off('resize', onResize)
    for (const signal of END_SIGNALS) process.off(signal, onSignal)
    link.close()
  }
}

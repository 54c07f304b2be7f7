import type { ManagerOptions, SocketOptions } from 'socket.io-client'
import { isFinal, readApiFailure } from '@/client/api/api-failure'
import {
  TERMINAL_PROTOCOL_VERSION,
  type TerminalAttached,
  type TerminalError,
  type TerminalPresence,
  type TerminalSize,
} from '@/contracts/terminal/terminal'
import { createInputQueue, MAX_HELD_INPUT_BYTES } from './input-queue'
import { createInputWatch } from './input-watch'
import { createOutputReceiver } from './output-receiver'
import { reconnectDelay } from './reconnect-delay'
import { type Scheduler, systemScheduler } from './scheduler'
import type { TerminalScreen } from './screen-queue'
import { connectTerminal } from './terminal-connection'
import { initialLinkState, type TerminalLinkState } from './terminal-link-state'

/** An attempt (ticket, connection, `attached`) is given up after this long. */
const ATTACHED_TIMEOUT_MS = 10_000

/** A connection that was there this long was sound, even when the runner said nothing on it. */
const SOUND_AFTER_MS = 10_000

/** Stands for a driver whose name is not told yet. */
const someoneElse: TerminalPresence = {
  driver: { clientId: '', name: 'somebody else' },
  clients: [],
  inputRecorded: false,
}

export interface TerminalLinkOptions {
  /** Origin of the server; '' in the browser. */
  url: string
  /** UUID of this terminal, kept over all its reconnects. */
  clientId: string
  /** Calls `runner.attach`; asked anew for every connection because tickets work once. */
  requestTicket(): Promise<string>
  /** The size it gives the PTY when it drives; null when it leaves that as it is. */
  size(): TerminalSize | null
  /** It comes to look: a free seat is left free until something is typed. */
  watch?: boolean
  screen: TerminalScreen
  /** Whether the screen still shows what it was given; drawn over, it is replaced at the next attach. It is when not given. */
  isIntact?(): boolean
  onState(state: TerminalLinkState): void
  socketOptions?: Partial<ManagerOptions & SocketOptions>
  scheduler?: Scheduler
  /** [0, 1), spreads reconnects. */
  random?: () => number
}

export interface TerminalLink {
  /** Types into the runner. Kept and sent again over reconnects; refused with a `problem` while somebody else drives. */
  send(data: string | Uint8Array): void
  /** The terminal here has another size now; null: it leaves the PTY as it is from now on. */
  resize(size: TerminalSize | null): void
  takeSeat(): void
  /** Asks whoever drives for the seat. */
  askSeat(): void
  /** As the driver: hands the seat to another client, or refuses it. */
  answerSeat(clientId: string, given: boolean): void
  releaseSeat(): void
  /** Whoever looks is probably gone, and their seat is not to be kept; should they stay, the link comes back by itself. */
  leave(): void
  /** Ends the link for good. */
  close(): void
}

/**
 * Starts the link of one terminal to one runner: it connects, and after every break connects again with a fresh ticket,
 * so that no byte of output or input is lost or doubled. Ends at `close()` or at a fatal problem (phase `closed`).
 */
export function createTerminalLink(options: TerminalLinkOptions): TerminalLink {
  const { scheduler = systemScheduler, random = Math.random } = options
  const input = createInputQueue()
  let state = initialLinkState
  let connection: ReturnType<typeof connectTerminal> | null = null
  let cancelTimer: (() => void) | null = null
  let attempt = 0
  // Tells a ticket that comes after its attempt was given up.
  let generation = 0
  let epoch: number | null = null
  let hasAttached = false
  /** What the handshake said of the terminal's size here. */
  let toldSize: TerminalSize | null = null
  // A seat asked for before anybody could be asked; applied by the next attach.
  let seatWish: 'take' | 'release' | null = null

  const output = createOutputReceiver(options.screen, scheduler, (offset) => {
    if (state.phase === 'attached') connection?.socket.emit('ack', offset)
  })

  function update(change: Partial<TerminalLinkState>): void {
    state = { ...state, ...change, unackedInput: input.heldBytes() }
    options.onState(state)
    noteInput(false)
  }

  const watch = createInputWatch(scheduler, (inputUnread) => update({ inputUnread }))

  function noteInput(moved: boolean): void {
    watch.note(state.phase === 'attached' && state.exit === null && input.unacknowledged().length > 0, moved)
  }

  function setTimer(milliseconds: number, action: () => void): void {
    cancelTimer?.()
    cancelTimer = scheduler.after(milliseconds, () => {
      cancelTimer = null
      action()
    })
  }

  function problem(code: string, message: string): TerminalError {
    return { code, message, fatal: false }
  }

  /** Input that can no longer reach the PTY it was typed for is dropped, and said to be. */
  function dropInput(why: string): Partial<TerminalLinkState> {
    const bytes = input.drop()
    return bytes === 0 ? {} : { problem: problem('input_dropped', `${bytes} bytes typed were not delivered: ${why}`) }
  }

  function end(last: Partial<TerminalLinkState>): void {
    cancelTimer?.()
    cancelTimer = null
    generation += 1
    connection?.close()
    connection = null
    output.stop()
    // A runner that is over needs no terminal any more: that is no problem to tell of.
    update({ ...(state.exit ? {} : last), phase: 'closed' })
  }

  function retry(): void {
    generation += 1
    connection?.close()
    connection = null
    if (state.phase !== 'connecting') update({ phase: 'reconnecting' })
    setTimer(reconnectDelay(attempt, random), () => void connect())
    attempt += 1
  }

  function lost(error: TerminalError | null): void {
    connection = null
    if (error?.fatal) {
      end({ problem: error })
      return
    }
    if (error) update({ problem: error })
    retry()
  }

  /** Something of the runner came over the connection: `attached` alone does not tell whether its agent can be had. */
  function sound(): void {
    attempt = 0
  }

  async function connect(): Promise<void> {
    const mine = generation
    setTimer(ATTACHED_TIMEOUT_MS, retry)
    let ticket: string
    try {
      ticket = await options.requestTicket()
    } catch (cause) {
      if (mine !== generation) return
      const failure = readApiFailure(cause)
      return lost({ code: failure.code, message: failure.message, fatal: isFinal(failure) })
    }
    if (mine !== generation) return
    toldSize = options.size()
    const handshake = {
      protocol: TERMINAL_PROTOCOL_VERSION,
      ticket,
      clientId: options.clientId,
      resumeFrom: options.isIntact?.() === false ? null : output.resumeFrom(),
      ...(toldSize ?? { cols: null, rows: null }),
      // After a break it wants back what it had, and no more.
      watch: hasAttached ? state.role !== 'driver' : options.watch === true,
    }
    connection = connectTerminal(options.url, handshake, options.socketOptions ?? {}, {
      attached,
      snapshot(message) {
        sound()
        const restarted = epoch !== message.epoch
        epoch = message.epoch
        output.snapshot(message)
        if (message.reason === 'resync') update({ skips: state.skips + 1 })
        if (restarted) update({ exit: null, ...dropInput('the runner was restarted') })
      },
      output(offset, data) {
        if (output.output(offset, data)) sound()
        else retry()
      },
      resized: output.resized,
      presence(presence) {
        const role = presence.driver?.clientId === options.clientId ? 'driver' : 'viewer'
        // Let go, too: what was not typed yet would take the seat back.
        const lost = role === 'viewer' && (presence.driver !== null || state.role === 'driver')
        const why = presence.driver === null ? 'the seat was let go' : 'somebody else took the seat'
        update({ presence, role, ...(state.phase === 'attached' && lost ? dropInput(why) : {}) })
        pump()
      },
      inputAck(seq) {
        sound()
        input.acknowledge(seq)
        noteInput(true)
        pump()
        // Whoever was shown how much waits sees that nothing does.
        if (state.unackedInput > 0 && input.heldBytes() === 0) update({})
      },
      exited(exit) {
        // Nobody is left to read it.
        input.drop()
        update({ exit })
      },
      problem: (error) => (error.fatal ? end({ problem: error }) : update({ problem: error })),
      lost: (_why, error) => lost(error),
    })
  }

  function attached(message: TerminalAttached): void {
    setTimer(SOUND_AFTER_MS, sound)
    hasAttached = true
    const restarted = epoch !== null && epoch !== message.epoch
    epoch = message.epoch
    input.acknowledge(message.writtenSeq)
    input.continueAfter(message.writtenSeq)
    const { role, readOnly } = message
    const dropped = restarted
      ? dropInput('the runner was restarted')
      : role === 'viewer' && seatWish !== 'take'
        ? dropInput(readOnly ? 'this terminal is read-only' : 'the seat is not yours')
        : {}
    // Who else is there is told right after this; until then a viewer must not think that the seat is free.
    const presence = role === 'viewer' && !readOnly && !state.presence.driver ? someoneElse : state.presence
    update({
      phase: 'attached',
      role,
      readOnly,
      presence,
      problem: null,
      ...(restarted ? { exit: null } : {}),
      ...dropped,
    })
    output.attached(message)
    const size = options.size()
    // Since the handshake nobody could be told of another one.
    if (size?.cols !== toldSize?.cols || size?.rows !== toldSize?.rows) connection?.socket.emit('resize', size)
    if (role === 'driver')
      for (const sent of input.unacknowledged()) connection?.socket.emit('input', sent.seq, sent.data)
    if (seatWish === 'take' && role === 'viewer' && !readOnly) connection?.socket.emit('takeSeat')
    if (seatWish === 'release' && role === 'driver') connection?.socket.emit('releaseSeat')
    seatWish = null
    pump()
  }

  /** A free seat is taken by typing. */
  const mayType = () => state.role === 'driver' || (!state.readOnly && state.presence.driver === null)

  /** Sends what may be sent. */
  function pump(): void {
    if (state.phase !== 'attached' || !mayType() || !connection) return
    for (let message = input.next(); message; message = input.next())
      connection.socket.emit('input', message.seq, message.data)
    noteInput(false)
  }

  function wishSeat(wish: 'take' | 'release'): void {
    if (state.phase === 'attached') connection?.socket.emit(wish === 'take' ? 'takeSeat' : 'releaseSeat')
    else seatWish = wish
  }

  void connect()

  return {
    send(data) {
      if (state.phase === 'closed') return
      if (state.exit) return update({ problem: problem('invalid_state', 'the runner has ended') })
      if (state.phase === 'attached' && !mayType()) {
        const message = state.readOnly ? 'this terminal is read-only' : 'somebody else drives: take the seat to type'
        return update({ problem: problem('forbidden', message) })
      }
      if (!input.push(data)) {
        const limit = `${MAX_HELD_INPUT_BYTES / 1024 / 1024} MiB`
        return update({ problem: problem('payload_too_large', `not sent: more than ${limit} would wait to be typed`) })
      }
      pump()
    },
    resize(size) {
      if (state.phase === 'attached') connection?.socket.emit('resize', size)
    },
    takeSeat: () => wishSeat('take'),
    askSeat() {
      if (state.phase === 'attached') connection?.socket.emit('askSeat')
    },
    answerSeat(clientId, given) {
      if (state.phase === 'attached') connection?.socket.emit('answerSeat', clientId, given)
    },
    releaseSeat: () => wishSeat('release'),
    leave: () => void connection?.socket.disconnect(),
    close: () => {
      if (state.phase !== 'closed') end({})
    },
  }
}

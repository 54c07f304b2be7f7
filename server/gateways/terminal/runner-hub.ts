import type { Logger } from 'pino'
import type { WatchReply } from '@/contracts/agent-protocol/messages'
import type { DriveEnd } from '@/contracts/drive/drive'
import type { Runner } from '@/contracts/runner/runner'
import { isEnded } from '@/contracts/runner/status'
import {
  MAX_INPUT_BYTES,
  type TerminalHandshake,
  type TerminalPresence,
  type TerminalSize,
  type TerminalSnapshot,
} from '@/contracts/terminal/terminal'
import { StratavoreError } from '../../core/errors'
import type { AgentRegistry } from '../agent/agent-registry'
import { createDriveTurn, type DriveLog } from './drive-turn'
import { createDriverSeat } from './driver-seat'
import { createPace } from './pace'
import { createPtySize } from './pty-size'
import { type After, quietTimer } from './quiet-timer'
import { holdOutput, type TerminalClient } from './terminal-client'
import type { TerminalTraffic } from './terminal-traffic'
import { createTypedInput } from './typed-input'

type SyncReason = TerminalSnapshot['reason']

/** The screen of a runner that ended without one, or whose log is gone. */
const NOTHING_LEFT = (size: TerminalSize): Extract<WatchReply, { ok: true }> => ({
  ok: true,
  kind: 'snapshot',
  data: new Uint8Array(),
  end: 0,
  ...size,
  title: '',
})

/** What a guest is told of who is there: names are for those who have one here. */
const NOBODY: TerminalPresence = { driver: null, clients: [], inputRecorded: false }

/**
 * The meeting point of one runner's terminal and its clients. The agent streams each watched runner once; the hub
 * gives every client what it lacks: raw bytes from its offset where they are still kept, a snapshot otherwise.
 *
 * A client's life: waiting (no terminal yet) -> syncing (asked the agent, output queues) -> live. From live it falls
 * back to syncing when it was too slow, when the agent skipped output, or when the runner began a new epoch.
 */
export function createRunnerHub(
  runner: Runner,
  agents: AgentRegistry,
  traffic: TerminalTraffic,
  drives: DriveLog,
  log: Logger,
  onEmpty: () => void,
  after: After = quietTimer,
) {
  const clients = new Map<string, TerminalClient>()
  const seat = createDriverSeat(() => {
    seatMoved('left')
    endIfEmpty()
  }, after)
  const turn = createDriveTurn(runner.id, drives)
  const pace = createPace((offset) => agents.sessionOfNode(runner.nodeId)?.acknowledge(runner.id, offset))
  let state = runner
  // The agent tells everybody once it is done; it may also be away just now.
  const size = createPtySize(
    { cols: runner.cols, rows: runner.rows },
    async (wanted) => {
      const reply = await session().resize(state.id, wanted)
      if (!reply.ok) throw new StratavoreError('unavailable', reply.error)
    },
    (error) => log.warn({ err: error, runnerId: state.id }, 'resize failed'),
  )

  const driverNow = () => [...clients.values()].find((client) => seat.isDriver(client.clientId))
  /** Nobody drives what has ended. */
  const tellTurn = (cause: DriveEnd): void => {
    const hasEnded = isEnded(state.status)
    turn.is(hasEnded ? null : (driverNow() ?? null), state.epoch, hasEnded ? 'ended' : cause)
  }
  /** The driver has been sent all up to `end`, and is no reader that fell behind. */
  const isFollowed = (end: number): boolean => {
    const driver = driverNow()
    return driver?.phase === 'live' && !driver.window.behind && driver.window.sent >= end
  }
  const session = () => agents.sessionFor({ id: state.id, nodeId: state.nodeId })
  let presenceIsDue = false
  /** Once for all that change in one turn of the loop: a hundred who come at once are not a hundred lists for each. */
  const tellPresence = () => {
    pace.reset()
    if (presenceIsDue) return
    presenceIsDue = true
    setImmediate(() => {
      presenceIsDue = false
      const presence = { ...seat.presence(), inputRecorded: state.inputRecorded }
      for (const client of clients.values()) client.socket.emit('presence', client.guest ? NOBODY : presence)
    })
  }

  /** Somebody may drive now who did not before: its size counts from now on. */
  const seatMoved = (cause: DriveEnd) => {
    tellTurn(cause)
    tellPresence()
    const driver = driverNow()
    if (driver) applySize(driver)
  }

  const show = (client: TerminalClient, part: { offset: number; data: Uint8Array }) => {
    traffic.bytes('out', part.data.length)
    client.socket.emit('output', part.offset, part.data)
  }

  /** Ends the connection in a way that makes the client come back by itself. */
  const sendAway = (client: TerminalClient, error: unknown) => {
    const known = error instanceof StratavoreError
    if (!known) log.error({ err: error, runnerId: state.id }, 'terminal failed')
    const message = known ? error.message : 'The terminal failed; reconnecting.'
    client.socket.emit('problem', { code: known ? error.code : 'internal', message, fatal: false })
    client.socket.disconnect(true)
  }

  /** Ends the connection of one that is not to come back: no seat is kept for it. */
  const expel = (client: TerminalClient, code: 'conflict' | 'invalid_input', message: string) => {
    client.socket.emit('problem', { code, message, fatal: true })
    leave(client, false)
    client.socket.disconnect(true)
  }

  async function sync(client: TerminalClient, from: number | null, reason: SyncReason): Promise<void> {
    client.phase = 'syncing'
    client.pending = []
    client.pendingBytes = 0
    client.syncs += 1
    const mine = client.syncs
    const epoch = state.epoch
    try {
      const reply = await session().watch({ runnerId: state.id, from })
      // Gone meanwhile, or asked again: `pending` belongs to the newer question.
      if (clients.get(client.clientId) !== client || client.syncs !== mine) return
      if (reply.ok) deliver(client, reply, { from, reason, epoch })
      else if (state.status === 'starting') client.phase = 'waiting'
      else if (isEnded(state.status)) deliver(client, NOTHING_LEFT(size.told()), { from: null, reason, epoch })
      else throw new StratavoreError('unavailable', reply.error)
    } catch (error) {
      sendAway(client, error)
    }
  }

  function deliver(
    client: TerminalClient,
    reply: Extract<WatchReply, { ok: true }>,
    asked: { from: number | null; reason: SyncReason; epoch: number },
  ): void {
    const drawn = { cols: reply.cols, rows: reply.rows }
    size.tell(drawn)
    if (reply.kind === 'replay' && asked.from !== null) {
      client.window.restart(asked.from)
      // Its bytes are for this size, whatever the client was told when it came.
      client.socket.emit('resized', drawn)
      const part = client.window.admit(asked.from, reply.data)
      if (part) show(client, part)
    } else {
      client.window.restart(reply.end)
      const { data, end: offset, title } = reply
      traffic.bytes('out', data.length)
      client.socket.emit('snapshot', { epoch: asked.epoch, offset, ...drawn, title, data, reason: asked.reason })
    }
    client.phase = 'live'
    const pending = client.pending
    client.pending = []
    client.pendingBytes = 0
    for (const item of pending) {
      if ('data' in item) passOn(client, item.offset, item.data)
      // One of before is part of what was just shown.
      else if (item.offset === undefined || item.offset >= reply.end) {
        size.tell(item.size)
        client.socket.emit('resized', item.size)
      }
    }
    typed.goOn(client)
    if (seat.isDriver(client.clientId)) applySize(client)
    if (isEnded(state.status)) tellExit(client)
  }

  function passOn(client: TerminalClient, offset: number, data: Uint8Array): void {
    if (client.phase === 'live') {
      const part = client.window.admit(offset, data, pace.isKept() && seat.isDriver(client.clientId))
      if (part) show(client, part)
      // A client that has acknowledged everything sends no more acknowledgements: nothing else would wake it.
      else if (client.window.wantsResync) void sync(client, client.window.sent, 'resync')
    } else if (client.phase === 'syncing') holdOutput(client, { offset, data })
  }

  function applySize(client: TerminalClient): void {
    if (isEnded(state.status) || client.size === null) return
    size.want(client.size)
  }

  const tellExit = (client: TerminalClient) => {
    const { status, exitCode, signal, reason } = state
    if (status === 'terminated' || status === 'failed')
      client.socket.emit('exited', { status, exitCode, signal, reason })
  }

  function enter(client: TerminalClient, resumeFrom: TerminalHandshake['resumeFrom']): void {
    const earlier = clients.get(client.clientId)
    const away = seat.keptFor()
    const isTheirs = away?.clientId === client.clientId && away.userId !== client.userId
    // Ids are visible to everybody who is there: taking somebody else's must not give their seat.
    if (isTheirs || (earlier && (earlier.userId !== client.userId || earlier.readOnly !== client.readOnly))) {
      expel(client, 'conflict', 'This client id is in use here.')
      return
    }
    clients.set(client.clientId, client)
    if (earlier) earlier.socket.disconnect(true)
    seat.enter(client, client.watch)
    tellTurn('left')
    const role = seat.isDriver(client.clientId) ? 'driver' : 'viewer'
    const { id: runnerId, epoch } = state
    client.socket.emit('attached', { runnerId, epoch, role, readOnly: client.readOnly, ...size.told(), writtenSeq: 0 })
    tellPresence()
    const from = resumeFrom && resumeFrom.epoch === epoch ? resumeFrom.offset : null
    if (state.status === 'starting') client.phase = 'waiting'
    else void sync(client, from, 'attach')
  }

  function leave(client: TerminalClient, comesBack: boolean): void {
    typed.forget(client)
    if (clients.get(client.clientId) !== client) return
    clients.delete(client.clientId)
    seat.leave(client.clientId, comesBack)
    seatMoved('left')
    if (clients.size === 0) agents.sessionOfNode(state.nodeId)?.unwatch(state.id)
    endIfEmpty()
  }

  /** Nobody is here, and nobody is waited for. */
  function endIfEmpty(): void {
    if (clients.size === 0 && !seat.keptFor()) onEmpty()
  }

  const typed = createTypedInput({
    seat,
    write: (client, input) => session().input({ runnerId: state.id, clientId: client.clientId, ...input }),
    onTaken: () => seatMoved('taken'),
    onTyped(client, bytes) {
      turn.typed(client, bytes)
    },
    onWritten: (bytes) => traffic.bytes('in', bytes),
    sendAway,
  })

  return {
    enter,
    leave,
    input: (client: TerminalClient, seq: unknown, data: unknown): void => {
      const bytes = typeof data === 'string' ? Buffer.from(data, 'utf8') : data
      if (
        !Number.isSafeInteger(seq) ||
        (seq as number) < 1 ||
        !(bytes instanceof Uint8Array) ||
        bytes.length > MAX_INPUT_BYTES
      ) {
        const message = `Input must be a positive seq and text or bytes of at most ${MAX_INPUT_BYTES} bytes.`
        expel(client, 'invalid_input', message)
        return
      }
      typed.take(client, { seq: seq as number, data: bytes })
    },
    acknowledge: (client: TerminalClient, offset: number): void => {
      if (seat.isDriver(client.clientId) && Number.isSafeInteger(offset))
        pace.shown(Math.min(offset, client.window.sent))
      if (client.phase === 'live' && client.window.acknowledge(offset)) void sync(client, client.window.sent, 'resync')
    },
    resize: (client: TerminalClient, wanted: TerminalSize | null): void => {
      client.size = wanted
      if (seat.isDriver(client.clientId)) applySize(client)
    },
    takeSeat: (client: TerminalClient): void => {
      if (!seat.take(client.clientId)) {
        client.socket.emit('problem', { code: 'forbidden', message: 'You are attached read-only.', fatal: false })
        return
      }
      seatMoved('taken')
    },
    askSeat: (client: TerminalClient): void => {
      if (seat.ask(client.clientId)) seatMoved('taken')
    },
    answerSeat: (client: TerminalClient, to: string, given: boolean): void => {
      if (seat.answer(client.clientId, to, given)) seatMoved('taken')
    },
    releaseSeat: (client: TerminalClient): void => {
      if (seat.release(client.clientId)) seatMoved('released')
    },
    /** Output of the runner, from the agent. */
    output: (offset: number, data: Uint8Array): void => {
      for (const client of clients.values()) passOn(client, offset, data)
      const end = offset + data.length
      pace.received(end, isFollowed(end))
    },
    /** The agent no longer streams: everybody asks again from where they are. */
    outputSkipped: (): void => {
      for (const client of clients.values())
        if (client.phase === 'live') void sync(client, client.window.sent, 'resync')
    },
    resized: ({ cols, rows, offset }: { cols: number; rows: number; offset?: number | undefined }): void => {
      const next = { cols, rows }
      size.tell(next)
      for (const client of clients.values()) {
        if (client.phase === 'syncing') holdOutput(client, { size: next, offset })
        else client.socket.emit('resized', next)
      }
      const driver = driverNow()
      if (driver) applySize(driver)
    },
    /** The runner's row has changed. */
    update: (next: Runner): void => {
      const before = state
      state = next
      if (next.inputRecorded !== before.inputRecorded) tellPresence()
      if (next.epoch !== before.epoch) {
        pace.reset()
        size.forgetAsked()
      }
      if (next.epoch === before.epoch && next.status === before.status) return
      tellTurn('ended')
      for (const client of clients.values()) {
        if (isEnded(next.status)) {
          if (client.phase === 'live') tellExit(client)
          else if (client.phase === 'waiting') void sync(client, null, 'attach')
        } else if (
          next.status === 'running' &&
          (client.phase === 'waiting' || next.epoch !== before.epoch || before.status === 'starting')
        ) {
          void sync(client, null, before.epoch === next.epoch && client.phase === 'waiting' ? 'attach' : 'restart')
        }
      }
    },
    /** The agent went away: clients come back, and resume, once it is there again. */
    agentGone: (): void => {
      size.forgetAsked()
      for (const client of clients.values()) {
        sendAway(client, new StratavoreError('unavailable', "The runner's agent is reconnecting."))
      }
    },
    nodeId: (): string => state.nodeId,
    /** Whether somebody is there who is no guest. */
    isAttended: (): boolean => [...clients.values()].some(({ guest }) => !guest),
  }
}
export type RunnerHub = ReturnType<typeof createRunnerHub>

import pino from 'pino'
import { expect, it } from 'vitest'
import type { Runner } from '@/contracts/runner/runner'
import type { TerminalSize } from '@/contracts/terminal/terminal'
import type { AgentRegistry } from '../agent/agent-registry'
import type { DriveLog } from './drive-turn'
import { createFakeAfter } from './fake-after'
import { createRunnerHub } from './runner-hub'
import { type ClientSocket, createTerminalClient, type TerminalClient } from './terminal-client'

/** A hub of a runner whose agent shows the screen when it is let, and says what it was given to type. */
function hubOf() {
  const typed: string[] = []
  const sized: string[] = []
  const state = { takesSizes: true }
  const screens: (() => void)[] = []
  const session = {
    watch: () =>
      new Promise((resolve) =>
        screens.push(() =>
          resolve({ ok: true, kind: 'snapshot', data: new Uint8Array(), end: 0, cols: 80, rows: 24, title: '' }),
        ),
      ),
    input: ({ clientId, seq, data }: { clientId: string; seq: number; data: Uint8Array }) => {
      typed.push(`${clientId} ${Buffer.from(data).toString()}`)
      return Promise.resolve({ ok: true, writtenSeq: seq })
    },
    resize: (_id: string, { cols, rows }: TerminalSize) => {
      sized.push(`${cols}x${rows}`)
      return Promise.resolve(state.takesSizes ? { ok: true } : { ok: false, error: 'it has no terminal' })
    },
    acknowledge: () => undefined,
    unwatch: () => undefined,
  }
  const agents = { sessionOfNode: () => session, sessionFor: () => session } as unknown as AgentRegistry
  const drives: DriveLog = { begin: () => 'turn', typed: () => undefined, end: () => undefined }
  const runner = { id: 'r', nodeId: 'n', status: 'running', epoch: 1, cols: 80, rows: 24 } as Runner
  const quiet = pino({ level: 'silent' })
  const ends = { count: 0 }
  const { after, pass } = createFakeAfter()
  const hub = createRunnerHub(
    runner,
    agents,
    { bytes: () => undefined },
    drives,
    quiet,
    () => {
      ends.count += 1
    },
    after,
  )

  const enter = (clientId: string, { userId = clientId, watch = false } = {}) => {
    const told: string[] = []
    const socket = {
      emit: (event: string, message: { code?: string; role?: string }) =>
        told.push(message?.code ?? message?.role ?? event),
      disconnect: () => {
        told.push('sent away')
        hub.leave(client, true)
      },
    } as unknown as ClientSocket
    const handshake = { protocol: 1, ticket: 't', clientId, resumeFrom: null, cols: 80, rows: 24, watch }
    const person = { userId, userName: userId, credential: 'token:t', readOnly: false, guest: false }
    const client: TerminalClient = createTerminalClient(socket, handshake, person as never)
    hub.enter(client, null)
    return { client, told }
  }
  /** Every screen that was asked for is there. */
  const show = async (): Promise<void> => {
    for (const give of screens.splice(0)) give()
    await settled()
  }
  return { hub, enter, show, typed, sized, state, ends, pass }
}

/** Replies and what is typed are promises: what follows from them has happened after the next turn of the loop. */
const settled = (): Promise<void> => new Promise(setImmediate)

const key = (text: string) => Buffer.from(text)

it('what was typed before there was a screen is typed in order once there is one', async () => {
  const { hub, enter, show, typed } = hubOf()
  const { client } = enter('ann')
  for (const [index, text] of ['a', 'b', 'c'].entries()) hub.input(client, index + 1, key(text))
  expect(typed).toEqual([])
  await show()
  expect(typed).toEqual(['ann a', 'ann b', 'ann c'])
})

it('what was held for a driver is dropped, and they are told, when somebody else has taken the seat', async () => {
  const { hub, enter, show, typed } = hubOf()
  const ann = enter('ann')
  const bob = enter('bob')
  hub.input(ann.client, 1, key('rm '))
  hub.takeSeat(bob.client)
  hub.input(bob.client, 1, key('ls'))
  await show()
  expect(typed).toEqual(['bob ls'])
  expect(ann.told.filter((what) => what === 'forbidden')).toHaveLength(1)
  expect(bob.told).not.toContain('forbidden')

  // Nothing of it comes up again with the seat.
  hub.takeSeat(ann.client)
  hub.input(ann.client, 1_000_001, key('pwd'))
  await settled()
  expect(typed).toEqual(['bob ls', 'ann pwd'])
})

it('what was held for a driver who let go is dropped, and what they type then takes the seat again', async () => {
  const { hub, enter, show, typed } = hubOf()
  const { client, told } = enter('ann')
  hub.input(client, 1, key('rm '))
  hub.releaseSeat(client)
  await show()
  expect(typed).toEqual([])
  expect(told).toContain('forbidden')
  hub.input(client, 1_000_001, key('ls'))
  await settled()
  expect(typed).toEqual(['ann ls'])
})

it('what was typed faster than is allowed waits, and is dropped with the seat', async () => {
  const { hub, enter, show, typed } = hubOf()
  const ann = enter('ann')
  const bob = enter('bob')
  await show()
  const much = Buffer.alloc(64 * 1024, 'x')
  let seq = 0
  while (ann.client.heldInput.length === 0) hub.input(ann.client, ++seq, much)
  const allowed = seq - 1
  hub.takeSeat(bob.client)
  await expect.poll(() => ann.told, { timeout: 5_000 }).toContain('forbidden')
  expect(typed).toHaveLength(allowed)
  expect(ann.client.heldInput).toEqual([])
})

it('whoever drove when the agent went away drives when all come back, whoever is first', async () => {
  const { hub, enter, show, typed, ends, pass } = hubOf()
  const roleOf = ({ told }: { told: string[] }) => told.find((what) => what === 'driver' || what === 'viewer')
  enter('ann')
  enter('bob')
  hub.agentGone()
  // Empty, and not over: it knows who is waited for.
  expect(ends.count).toBe(0)
  expect(roleOf(enter('bob', { watch: true }))).toBe('viewer')
  expect(roleOf(enter('new'))).toBe('viewer')
  const ann = enter('ann')
  expect(roleOf(ann)).toBe('driver')
  await show()
  hub.input(ann.client, 1, key('ls'))
  await settled()
  expect(typed).toEqual(['ann ls'])

  hub.agentGone()
  pass()
  expect(ends.count).toBe(1)
})

it('a seat that is kept is not given to another user who comes under its client id', () => {
  const { hub, enter } = hubOf()
  enter('ann')
  hub.agentGone()
  expect(enter('ann', { userId: 'eve' }).told).toEqual(['conflict', 'sent away'])
  expect(enter('ann').told).toContain('driver')
})

it('no seat is kept for who is not to come back', () => {
  const { hub, enter, ends } = hubOf()
  const { client, told } = enter('ann')
  hub.input(client, 0, 'ls')
  expect(told).toContain('invalid_input')
  expect(ends.count).toBe(1)
})

it('a size that was taken back is not given to the PTY with the seat', async () => {
  const { hub, enter, show, sized } = hubOf()
  const desk = enter('desk').client
  const phone = enter('phone').client
  await show()
  hub.resize(phone, { cols: 40, rows: 60 })
  hub.takeSeat(phone)
  await settled()
  hub.resize(phone, null)
  hub.takeSeat(desk)
  await settled()
  expect(sized).toEqual(['40x60', '80x24'])
  hub.takeSeat(phone)
  await settled()
  expect(sized).toHaveLength(2)
})

it('a size of before, in a screen that was asked for before a newer one came, is not taken for the present one', async () => {
  const { hub, enter, show, sized } = hubOf()
  const ann = enter('ann').client
  await show()
  // Another one's screen is under way while the driver goes to a new size, which the agent tells first.
  enter('bob')
  hub.resize(ann, { cols: 120, rows: 40 })
  await settled()
  hub.resized({ cols: 120, rows: 40, offset: 10 })
  await show()
  hub.resize(ann, { cols: 80, rows: 24 })
  await settled()
  expect(sized).toEqual(['120x40', '80x24'])
})

it('a driver who goes back before the agent has told the size has the one it said last', async () => {
  const { hub, enter, show, sized } = hubOf()
  const ann = enter('ann').client
  await show()
  hub.resize(ann, { cols: 120, rows: 40 })
  await settled()
  hub.resize(ann, { cols: 80, rows: 24 })
  await settled()
  hub.resized({ cols: 120, rows: 40, offset: 0 })
  await settled()
  // The one that is to be told yet is what was wanted: nothing is asked again.
  hub.resized({ cols: 80, rows: 24, offset: 0 })
  await settled()
  expect(sized).toEqual(['120x40', '80x24'])
  // Whatever else the agent tells, the driver's size counts.
  hub.resized({ cols: 90, rows: 30, offset: 0 })
  await settled()
  expect(sized).toEqual(['120x40', '80x24', '80x24'])
})

it('a size that the agent did not take is asked for again with the screen', async () => {
  const { hub, enter, show, sized, state } = hubOf()
  const ann = enter('ann').client
  state.takesSizes = false
  hub.resize(ann, { cols: 120, rows: 40 })
  await settled()
  state.takesSizes = true
  await show()
  expect(sized).toEqual(['120x40', '120x40'])
})

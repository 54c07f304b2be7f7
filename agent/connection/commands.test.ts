import { EventEmitter } from 'node:events'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { Roster } from '../runner/roster'
import { type DaemonSocket, serveCommands } from './commands'

const runnerId = 'd9b2d63d-a233-4123-847a-7090a0b4b6a1'
const rejections: unknown[] = []
const onRejection = (error: unknown): void => {
  rejections.push(error)
}

beforeEach(() => {
  rejections.length = 0
  process.on('unhandledRejection', onRejection)
})
afterEach(() => {
  process.off('unhandledRejection', onRejection)
})

/** Lets every promise settle that can. */
const settled = () => new Promise((resolve) => setImmediate(resolve))

function served(roster: Partial<Roster>) {
  const socket = new EventEmitter()
  const onProblem = vi.fn()
  serveCommands(socket as unknown as DaemonSocket, {
    roster: roster as Roster,
    gate: { set: () => undefined },
    reader: { ask: () => Promise.reject(new Error('none')) },
    checkSession: () => Promise.reject(new Error('none')),
    judgePath: () => Promise.reject(new Error('none')),
    approvals: { answer: () => Promise.reject(new Error('none')) },
    prompts: { type: () => Promise.reject(new Error('none')) },
    drafts: { typed: () => undefined },
    shutdown: async () => {},
    exit: () => {},
    redact: (text) => text.replaceAll('hunter2', '[redacted]'),
    onProblem,
  })
  return { socket, onProblem }
}

it('needs nobody who wants the answer', async () => {
  const { socket } = served({
    watch: async (_id, _from, reply) => reply({ ok: false, code: 'unavailable', error: 'none' }),
    screen: () => Promise.reject(new Error('none')),
  })
  for (const message of [{ runnerId, from: null, ansi: false }, 'garbage', undefined]) {
    socket.emit('watchRunner', message)
    socket.emit('watchRunner', message, 'no function')
    socket.emit('screen', message)
  }
  await settled()
  expect(rejections).toEqual([])
})

it('says so when an answer cannot be given, and lives on', async () => {
  const { socket, onProblem } = served({ watch: () => Promise.reject(new Error('none')) })
  const broken = () => {
    throw new Error('the socket is broken')
  }
  socket.emit('watchRunner', { runnerId, from: null }, broken)
  socket.emit('screen', 'garbage', broken)
  await settled()
  expect(rejections).toEqual([])
  expect(onProblem).toHaveBeenCalledWith('the daemon cannot be answered', expect.anything())
})

it('gives no secret away in what it refuses', async () => {
  const { socket } = served({ screen: () => Promise.reject(new Error('cannot open hunter2')) })
  const reply = await new Promise((resolve) => socket.emit('screen', { runnerId, ansi: false }, resolve))
  expect(reply).toMatchObject({ ok: false, error: 'cannot open [redacted]' })
})

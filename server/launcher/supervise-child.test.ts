import { beforeEach, describe, expect, it } from 'vitest'
import type { LauncherMessage } from '@/contracts/supervision/messages'
import type { ChildListener, StartChild } from './child'
import { type SupervisedChild, superviseChild } from './supervise-child'

/** A life of the fake child, driven by the test. */
interface Life {
  listener: ChildListener
  signals: string[]
  sent: LauncherMessage[]
}

let lives: Life[]
let log: string[]
let now: number
let timers: { at: number; action: () => void }[]

const clock = {
  monotonicMs: () => now,
  after(delayMs: number, action: () => void) {
    const timer = { at: now + delayMs, action }
    timers.push(timer)
    return () => {
      timers = timers.filter((other) => other !== timer)
    }
  },
}

function advance(ms: number): void {
  const end = now + ms
  for (;;) {
    const [next] = timers.filter(({ at }) => at <= end).sort((left, right) => left.at - right.at)
    if (next === undefined) break
    timers = timers.filter((timer) => timer !== next)
    now = next.at
    next.action()
  }
  now = end
}

const start: StartChild = (listener) => {
  const life: Life = { listener, signals: [], sent: [] }
  lives.push(life)
  return { pid: lives.length, kill: (name) => life.signals.push(name), send: (message) => life.sent.push(message) }
}

const life = (): Life => {
  const last = lives.at(-1)
  if (last === undefined) throw new Error('no child was started')
  return last
}
const becomeReady = () => life().listener.message({ type: 'ready', detail: 'ok' })

function supervise(): SupervisedChild {
  return superviseChild(
    'web',
    start,
    {
      ready: (detail, pid) => log.push(`ready ${pid} ${detail}`),
      notice: (message) => log.push(`notice ${message}`),
      restarting: (how, delayMs) => log.push(`restarting ${how} ${delayMs}`),
      failed: (message) => log.push(`failed ${message}`),
    },
    clock,
  )
}

beforeEach(() => {
  lives = []
  log = []
  now = 0
  timers = []
})

describe('superviseChild', () => {
  it('starts again after a crash, with the planned delay', () => {
    supervise()
    becomeReady()
    life().listener.exited('SIGKILL')
    expect(log).toEqual(['ready 1 ok', 'restarting SIGKILL 100'])
    advance(99)
    expect(lives).toHaveLength(1)
    advance(1)
    expect(lives).toHaveLength(2)
    becomeReady()
    expect(log.at(-1)).toBe('ready 2 ok')
  })

  it('takes a fatal message for the last word', () => {
    supervise()
    life().listener.message({ type: 'fatal', message: 'the key is missing' })
    life().listener.exited('exit code 1')
    advance(600_000)
    expect(log).toEqual(['failed the key is missing'])
    expect(lives).toHaveLength(1)
  })

  it('gives up on a child that never gets ready', () => {
    supervise()
    for (let start = 0; start < 3; start++) {
      life().listener.exited('exit code 1')
      advance(10_000)
    }
    expect(log.at(-1)).toBe('failed web does not start (exit code 1)')
    expect(lives).toHaveLength(3)
  })

  it('kills a child that hangs in its start, and no other', () => {
    supervise()
    advance(120_000)
    expect(life().signals).toEqual(['SIGKILL'])
    life().listener.exited('SIGKILL')
    advance(1_000)
    becomeReady()
    advance(600_000)
    expect(life().signals).toEqual([])
  })

  it('stops with SIGTERM, and with SIGKILL after the grace', async () => {
    const child = supervise()
    becomeReady()
    const stopped = child.stop({ graceMs: 5_000 })
    expect(life().signals).toEqual(['SIGTERM'])
    advance(5_000)
    expect(life().signals).toEqual(['SIGTERM', 'SIGKILL'])
    life().listener.exited('SIGKILL')
    await stopped
    advance(600_000)
    expect(lives).toHaveLength(1)
  })

  it('asks over IPC when the runners are to end too', async () => {
    const child = supervise()
    becomeReady()
    const stopped = child.stop({ graceMs: 5_000, stopRunners: true })
    expect(life()).toMatchObject({ signals: [], sent: [{ type: 'stop', stopRunners: true }] })
    life().listener.exited('exit code 0')
    await stopped
    advance(600_000)
    expect(life().signals).toEqual([])
  })

  it('does not start a child that waits for its restart when it is stopped', async () => {
    const child = supervise()
    becomeReady()
    life().listener.exited('SIGKILL')
    await child.stop({ graceMs: 5_000 })
    advance(600_000)
    expect(lives).toHaveLength(1)
  })

  it('hurries only a stop that is under way', () => {
    const child = supervise()
    becomeReady()
    child.hurry()
    expect(life().signals).toEqual([])
    void child.stop({ graceMs: 60_000 })
    child.hurry()
    expect(life().signals).toEqual(['SIGTERM', 'SIGTERM'])
    advance(5_000)
    expect(life().signals).toEqual(['SIGTERM', 'SIGTERM', 'SIGKILL'])
  })

  it('restarts at once, and without counting a crash, for new code', () => {
    const child = supervise()
    becomeReady()
    child.restart()
    expect(life().signals).toEqual(['SIGTERM'])
    life().listener.exited('SIGTERM')
    expect(lives).toHaveLength(2)
    expect(log).toEqual(['ready 1 ok'])
  })
})

import { describe, expect, it } from 'vitest'
import type { Event } from '@/contracts/event/event'
import { keepLiveSubscription, type LiveState, type StreamHandlers } from './live-subscription'

const eventOf = (seq: number): Event => ({
  seq,
  id: '7f1f2f3e-0000-4000-8000-000000000000',
  type: 'runner.started',
  at: '2026-01-01T00:00:00Z',
  actor: { kind: 'daemon', name: 'daemon' },
  subject: { type: 'runner', id: 'r' },
  project: 'p',
  data: {},
})

function setUp() {
  const opened: { from: string | null; handlers: StreamHandlers; ended: boolean }[] = []
  const timers: { run: () => void; delayMs: number }[] = []
  const seen: number[] = []
  const states: LiveState[] = []
  let opens = 0
  const end = keepLiveSubscription({
    open(from, handlers) {
      const stream = { from, handlers, ended: false }
      opened.push(stream)
      return () => {
        stream.ended = true
      }
    },
    onEvent: (event) => seen.push(event.seq),
    onState: (state) => states.push(state),
    onOpen: () => {
      opens += 1
    },
    setTimer(run, delayMs) {
      const timer = { run, delayMs }
      timers.push(timer)
      return () => timers.splice(timers.indexOf(timer), 1)
    },
    random: () => 1,
  })
  const latest = () => {
    const stream = opened.at(-1)
    if (!stream) throw new Error('no stream was opened')
    return stream
  }
  return { opened, timers, seen, states, latest, end, opens: () => opens }
}

describe('keepLiveSubscription', () => {
  it('passes each event once, in order, though a resumed stream repeats some', () => {
    const { latest, seen } = setUp()
    for (const seq of [4, 5, 5, 4, 6]) latest().handlers.onEvent(eventOf(seq))
    expect(seen).toEqual([4, 5, 6])
  })

  it('opens again after the last event seen, waiting longer each time up to a cap', () => {
    const { latest, opened, timers, states } = setUp()
    latest().handlers.onOpen(3)
    latest().handlers.onEvent(eventOf(9))
    const delays: number[] = []
    for (let attempt = 0; attempt < 7; attempt += 1) {
      latest().handlers.onClosed()
      const timer = timers.shift()
      delays.push(timer?.delayMs ?? -1)
      timer?.run()
    }
    expect(delays).toEqual([500, 1000, 2000, 4000, 8000, 10_000, 10_000])
    expect(opened.map((stream) => stream.from)).toEqual([null, '9', '9', '9', '9', '9', '9', '9'])
    expect(states).toEqual(['connecting', 'live', ...Array<LiveState>(7).fill('offline')])
  })

  it('forgets earlier failures once open, and tells of every opening', () => {
    const { latest, timers, opens } = setUp()
    latest().handlers.onClosed()
    timers.shift()?.run()
    latest().handlers.onOpen(3)
    latest().handlers.onClosed()
    expect(timers.map((timer) => timer.delayMs)).toEqual([500])
    expect(opens()).toBe(1)
  })

  it('resumes where it was opened when no event has come since', () => {
    const { latest, opened, timers, seen } = setUp()
    latest().handlers.onOpen(3)
    latest().handlers.onClosed()
    timers.shift()?.run()
    expect(opened.map((stream) => stream.from)).toEqual([null, '3'])
    latest().handlers.onOpen(5)
    latest().handlers.onEvent(eventOf(4))
    expect(seen).toEqual([4])
  })

  it('does nothing after its end', () => {
    const { latest, timers, end, opened } = setUp()
    end()
    latest().handlers.onClosed()
    expect(latest().ended).toBe(true)
    expect(timers).toEqual([])
    expect(opened).toHaveLength(1)
  })
})

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { GATHER_MS, GATHERED_BYTES } from './flood-gauge'
import { STEP_BYTES, STEP_MS } from './flood-pace'
import { FIRST_WINDOW_BYTES } from './flow-window'
import { createWatch } from './watch'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

/** A watch whose every effect is written down. */
function recorded({ yields = (): boolean => false } = {}) {
  const sent: { offset: number; length: number }[] = []
  const events: string[] = []
  const watch = createWatch({
    sendOutput: (offset, data) => sent.push({ offset, length: data.length }),
    sendSkipped: () => events.push('skipped'),
    hold: () => events.push('hold'),
    release: () => events.push('release'),
    yields,
    now: () => performance.now(),
  })
  let end = 0
  const print = (length: number): void => {
    watch.onOutput(end, Buffer.alloc(length))
    end += length
  }
  return { watch, sent, events, print }
}

describe('a watch', () => {
  it('sends what was printed while it opened, right after its start', () => {
    const { watch, sent, print } = recorded()
    print(5)
    const token = watch.open()
    print(3)
    print(4)
    expect(sent).toEqual([])
    expect(watch.go(token, 5)).toBe(true)
    expect(sent).toEqual([{ offset: 5, length: 7 }])
  })

  it('sends the first bytes at once and what follows in the same turn together', () => {
    const { watch, sent, print } = recorded()
    watch.go(watch.open(), 0)
    for (let count = 0; count < 4; count += 1) print(2)
    expect(sent).toEqual([{ offset: 0, length: 2 }])
    vi.runAllTimers()
    expect(sent).toEqual([
      { offset: 0, length: 2 },
      { offset: 2, length: 6 },
    ])
  })

  it('gathers a flood, and lets go of a lot at once', () => {
    const { watch, sent, print } = recorded()
    watch.go(watch.open(), 0)
    for (let count = 0; count < 12; count += 1) {
      print(4096)
      vi.advanceTimersByTime(0)
    }
    const before = sent.length
    expect(before).toBeLessThan(6)
    vi.advanceTimersByTime(GATHER_MS)
    expect(sent.length).toBe(before + 1)
    expect(sent.reduce((sum, { length }) => sum + length, 0)).toBe(12 * 4096)
    for (let at = 0; at < 4 * GATHERED_BYTES; at += 4096) print(4096)
    expect(sent.length).toBeGreaterThan(before + 1)
  })

  it('lets a flood go in steps while somebody types elsewhere, and other output at once', () => {
    let typing = true
    const { watch, sent, events, print } = recorded({ yields: () => typing })
    watch.go(watch.open(), 0)
    print(10)
    expect(sent.length).toBe(1)
    for (let at = 0; at < 3 * STEP_BYTES; at += 4096) {
      print(4096)
      vi.advanceTimersByTime(0)
    }
    const bytes = () => sent.reduce((sum, { length }) => sum + length, 0)
    vi.advanceTimersByTime(STEP_MS)
    const before = bytes()
    vi.advanceTimersByTime(STEP_MS)
    expect(bytes() - before).toBe(STEP_BYTES)
    expect(events).toEqual(['hold'])
    typing = false
    vi.advanceTimersByTime(STEP_MS)
    expect(bytes()).toBe(10 + 3 * STEP_BYTES)
    expect(events).toEqual(['hold', 'release'])
    vi.advanceTimersByTime(50)
    typing = true
    print(7)
    expect(sent.at(-1)?.length).toBe(7)
  })

  it('makes the terminal wait past the window, and goes on when acknowledged', () => {
    const { watch, sent, events, print } = recorded()
    watch.go(watch.open(), 0)
    print(FIRST_WINDOW_BYTES)
    vi.advanceTimersByTime(GATHER_MS)
    print(100)
    vi.advanceTimersByTime(GATHER_MS)
    expect([sent.length, events]).toEqual([1, ['hold']])
    watch.ack(10)
    vi.advanceTimersByTime(900)
    watch.ack(FIRST_WINDOW_BYTES)
    expect(sent.at(-1)).toEqual({ offset: FIRST_WINDOW_BYTES, length: 100 })
    expect(events).toEqual(['hold', 'release'])
  })

  it('is over when nothing at all is acknowledged, and lets the terminal go', async () => {
    const { watch, sent, events, print } = recorded()
    watch.go(watch.open(), 0)
    print(FIRST_WINDOW_BYTES)
    vi.advanceTimersByTime(GATHER_MS)
    print(100)
    const drained = watch.drained()
    vi.advanceTimersByTime(4_000)
    expect(events).toEqual(['hold', 'release', 'skipped'])
    await drained
    print(100)
    vi.runAllTimers()
    expect(sent.length).toBe(1)
  })

  it('clamps forged acknowledgements', () => {
    const { watch, sent, print } = recorded()
    watch.go(watch.open(), 0)
    watch.ack(1e9)
    print(FIRST_WINDOW_BYTES)
    vi.advanceTimersByTime(GATHER_MS)
    print(1)
    vi.advanceTimersByTime(GATHER_MS)
    expect(sent.length).toBe(1)
  })

  it('goes on without a hole when it is opened again', () => {
    const { watch, sent, events, print } = recorded()
    watch.go(watch.open(), 0)
    print(2)
    print(3)
    const second = watch.open()
    print(4)
    expect(watch.go(second, 5)).toBe(true)
    vi.runAllTimers()
    expect(sent).toEqual([
      { offset: 0, length: 2 },
      { offset: 2, length: 7 },
    ])
    expect(events).toEqual([])
  })

  it('keeps what it waits to send, and its window, when it is opened again', () => {
    const { watch, sent, print } = recorded()
    watch.go(watch.open(), 0)
    print(FIRST_WINDOW_BYTES)
    vi.advanceTimersByTime(GATHER_MS)
    print(100)
    vi.advanceTimersByTime(GATHER_MS)
    watch.go(watch.open(), FIRST_WINDOW_BYTES + 100)
    expect(sent.length).toBe(1)
    watch.ack(FIRST_WINDOW_BYTES)
    expect(sent.at(-1)).toEqual({ offset: FIRST_WINDOW_BYTES, length: 100 })
  })

  it('opened twice at once gives both all they lack, whoever goes first', () => {
    const { watch, sent, print } = recorded()
    const first = watch.open()
    print(3)
    const second = watch.open()
    print(4)
    expect(watch.go(second, 3)).toBe(true)
    expect(sent).toEqual([{ offset: 0, length: 7 }])
    expect(watch.go(first, 0)).toBe(true)
    expect(sent.length).toBe(1)
  })

  it('survives a viewer that could not be told, and ends with the only one', () => {
    const { watch, sent, print } = recorded()
    const only = watch.open()
    watch.cancel(only)
    print(3)
    expect(watch.go(only, 0)).toBe(false)
    watch.go(watch.open(), 3)
    watch.cancel(watch.open())
    print(4)
    expect(sent).toEqual([{ offset: 3, length: 4 }])
  })

  it('keeps what happens between two prints in its place', () => {
    const { watch, sent, events, print } = recorded()
    watch.go(watch.open(), 0)
    print(FIRST_WINDOW_BYTES)
    vi.advanceTimersByTime(GATHER_MS)
    print(10)
    watch.inOrder(() => events.push(`resized after ${sent.length}`))
    print(5)
    vi.advanceTimersByTime(GATHER_MS)
    watch.ack(FIRST_WINDOW_BYTES)
    expect(sent.map(({ length }) => length)).toEqual([FIRST_WINDOW_BYTES, 10, 5])
    expect(events).toEqual(['hold', 'resized after 2', 'release'])
    watch.end()
    watch.inOrder(() => events.push('at once'))
    expect(events.at(-1)).toBe('at once')
  })

  it('that ended while it opened again does not go', () => {
    const { watch, events, print } = recorded()
    watch.go(watch.open(), 0)
    print(FIRST_WINDOW_BYTES)
    vi.advanceTimersByTime(GATHER_MS)
    print(100)
    const second = watch.open()
    vi.advanceTimersByTime(4_000)
    expect(events).toContain('skipped')
    expect(watch.go(second, FIRST_WINDOW_BYTES + 100)).toBe(false)
  })
})

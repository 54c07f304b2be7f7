import { describe, expect, it } from 'vitest'
import { createFlowWindow, FIRST_WINDOW_BYTES, MAX_WINDOW_BYTES, MIN_WINDOW_BYTES } from './flow-window'

const KB = 1024

/**
 * A flood over a line: `delayMs` each way, read at `bytesPerMs` and acknowledged every 16 KB. Gives the window in the
 * end, the bytes per second it got across in the second half, and how long the last byte took.
 */
function flood({ delayMs, bytesPerMs, seconds }: { delayMs: number; bytesPerMs: number; seconds: number }) {
  let time = 0
  const window = createFlowWindow(0, () => time)
  const inFlight: { end: number; arrives: number }[] = []
  const acks: { offset: number; arrives: number }[] = []
  let sent = 0
  let here = 0
  let read = 0
  let told = 0
  let acked = 0
  let half = 0
  const until = seconds * 1000
  for (; time < until; time += 0.5) {
    while (sent - acked < window.size()) {
      sent += 4 * KB
      window.sent(sent)
      inFlight.push({ end: sent, arrives: time + delayMs })
    }
    for (let part = inFlight[0]; part !== undefined && part.arrives <= time; part = inFlight[0]) {
      here = part.end
      inFlight.shift()
    }
    read = Math.min(here, read + bytesPerMs / 2)
    if (read - told >= 16 * KB) {
      told = Math.floor(read)
      acks.push({ offset: told, arrives: time + delayMs })
    }
    for (let ack = acks[0]; ack !== undefined && ack.arrives <= time; ack = acks[0]) {
      acked = ack.offset
      window.acknowledged(acked, true)
      acks.shift()
    }
    if (time === until / 2) half = read
  }
  return {
    size: window.size(),
    perSecond: (read - half) / (seconds / 2),
    waitsMs: (sent - read) / bytesPerMs - delayMs,
  }
}

describe('the flow window', () => {
  it('fills a line of 50 ms for a fast reader', () => {
    const { perSecond, size } = flood({ delayMs: 25, bytesPerMs: 100 * KB, seconds: 4 })
    expect(size).toBe(MAX_WINDOW_BYTES)
    expect(perSecond).toBeGreaterThan(60 * 1024 * KB)
  })

  it('keeps short what waits for a tab that renders 12 MB/s, and keeps that busy', () => {
    const { perSecond, waitsMs } = flood({ delayMs: 0.5, bytesPerMs: 12 * KB, seconds: 4 })
    expect(waitsMs).toBeLessThan(30)
    expect(perSecond).toBeGreaterThan(11 * 1000 * KB)
  })

  it('does both at once', () => {
    const { perSecond, waitsMs } = flood({ delayMs: 25, bytesPerMs: 12 * KB, seconds: 4 })
    expect(waitsMs).toBeLessThan(60)
    expect(perSecond).toBeGreaterThan(10 * 1000 * KB)
  })

  it('stays above the least for a reader that has become slow', () => {
    expect(flood({ delayMs: 1, bytesPerMs: 0.2 * KB, seconds: 20 }).size).toBe(MIN_WINDOW_BYTES)
  })

  it('takes no measure of a lone key, whose acknowledgement may wait', () => {
    let time = 0
    const window = createFlowWindow(0, () => time)
    for (let end = 1; end < 200; end += 1) {
      window.sent(end)
      time += 50
      window.acknowledged(end, false)
    }
    expect(window.size()).toBe(FIRST_WINDOW_BYTES)
  })

  it('does not grow while nothing more would be sent', () => {
    const window = createFlowWindow(0, () => 0)
    for (let end = 32 * KB; end < 1024 * KB; end += 32 * KB) {
      window.sent(end)
      window.acknowledged(end, false)
    }
    expect(window.size()).toBe(FIRST_WINDOW_BYTES)
  })
})

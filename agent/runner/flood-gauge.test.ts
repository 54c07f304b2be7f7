import { describe, expect, it } from 'vitest'
import { createFloodGauge } from './flood-gauge'

describe('a flood', () => {
  it('is much without a pause, and over after one', () => {
    let now = 0
    const isFlood = createFloodGauge(() => now)
    const print = (parts: number, gapMs: number) =>
      Array.from({ length: parts }, () => {
        now += gapMs
        return isFlood(4096)
      })
    expect(print(6, 1)).toEqual([false, false, false, false, true, true])
    expect(print(1, 11)).toEqual([false])
  })

  it('is not a program that draws much at each frame', () => {
    let now = 0
    const isFlood = createFloodGauge(() => now)
    const frames = Array.from({ length: 20 }, () => {
      now += 16
      return isFlood(16 * 1024)
    })
    expect(frames).not.toContain(true)
  })
})

import { describe, expect, it } from 'vitest'
import { sparklinePoints } from './sparkline-points'

describe('sparklinePoints', () => {
  it('ends at the right edge and puts the largest value on top', () => {
    const points = sparklinePoints([0, 50, 100], 1, 118, 20).split(' ')
    expect(points.at(-1)).toBe('118.0,1.0')
    expect(points.at(0)).toBe('114.0,19.0')
  })
  it('keeps values far below the floor near the bottom', () => {
    expect(sparklinePoints([1], 100, 118, 20)).toBe('116.0,18.8 118.0,18.8')
  })
  it('draws nothing from nothing', () => {
    expect(sparklinePoints([], 1, 118, 20)).toBe('')
  })
})

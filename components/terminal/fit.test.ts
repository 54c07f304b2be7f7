import { describe, expect, it } from 'vitest'
import { cellsThatFit, fontThatFits, MIN_SCALED_FONT_PX } from './fit'

describe('cellsThatFit', () => {
  it('rounds down and stays within what a PTY accepts', () => {
    expect(cellsThatFit({ width: 805, height: 399 }, { width: 8, height: 16 })).toEqual({ cols: 100, rows: 24 })
    expect(cellsThatFit({ width: 3, height: 3 }, { width: 8, height: 16 })).toEqual({ cols: 2, rows: 1 })
    expect(cellsThatFit({ width: 1e6, height: 1e6 }, { width: 1, height: 1 })).toEqual({ cols: 1000, rows: 1000 })
  })
  it('knows nothing before the layout', () => {
    expect(cellsThatFit({ width: 0, height: 10 }, { width: 8, height: 16 })).toBeNull()
    expect(cellsThatFit({ width: 10, height: 10 }, { width: 0, height: 0 })).toBeNull()
  })
})

describe('fontThatFits', () => {
  const cell = { width: 8, height: 16 }
  it('shrinks until both directions fit', () => {
    expect(fontThatFits({ width: 400, height: 1000 }, cell, 13, 13, { cols: 100, rows: 24 })).toBe(6.5)
    expect(fontThatFits({ width: 1000, height: 192 }, cell, 13, 13, { cols: 100, rows: 24 })).toBe(6.5)
  })
  it('grows back, but not above the chosen size', () => {
    expect(fontThatFits({ width: 2000, height: 2000 }, cell, 6.5, 13, { cols: 80, rows: 24 })).toBe(13)
  })
  it('stops where nobody could read it', () => {
    expect(fontThatFits({ width: 10, height: 10 }, cell, 13, 13, { cols: 200, rows: 50 })).toBe(MIN_SCALED_FONT_PX)
  })
})

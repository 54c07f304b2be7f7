import { describe, expect, it } from 'vitest'
import { OUTPUT_WINDOW_BYTES } from '@/contracts/terminal/terminal'
import { createOutputWindow } from './output-window'

const bytes = (length: number) => new Uint8Array(length)

describe('output window', () => {
  it('drops what the client already has and cuts what overlaps', () => {
    const window = createOutputWindow(100)
    expect(window.admit(50, bytes(50))).toBeNull()
    expect(window.admit(90, bytes(20))).toMatchObject({ offset: 100, data: { length: 10 } })
    expect(window.sent).toBe(110)
  })

  it('never sends over a hole', () => {
    const window = createOutputWindow(0)
    expect(window.admit(10, bytes(5))).toBeNull()
    expect(window.behind).toBe(true)
    // It has rendered everything it got, so no acknowledgement will come: it has to be woken without one.
    expect(window.wantsResync).toBe(true)
  })

  it('withholds output past the window and asks for a resync once the client has caught up', () => {
    const window = createOutputWindow(0)
    window.admit(0, bytes(OUTPUT_WINDOW_BYTES))
    expect(window.admit(OUTPUT_WINDOW_BYTES, bytes(1))).toBeNull()
    expect(window.acknowledge(1024)).toBe(false)
    expect(window.acknowledge(OUTPUT_WINDOW_BYTES)).toBe(true)
    window.restart(9_000_000)
    expect(window.admit(9_000_000, bytes(1))).toMatchObject({ offset: 9_000_000 })
  })

  it('clamps forged acknowledgements', () => {
    const window = createOutputWindow(0)
    window.admit(0, bytes(10))
    for (const forged of [Number.MAX_SAFE_INTEGER, -5, Number.NaN, 1.5]) window.acknowledge(forged)
    expect(window.admit(10, bytes(10))).toMatchObject({ offset: 10 })
    expect(window.sent).toBe(20)
  })
})

import { describe, expect, it } from 'vitest'
import {
  INPUT_SEQ_STRIDE,
  MAX_INPUT_BYTES,
  MAX_UNACKED_INPUT_BYTES,
  MAX_UNACKED_INPUTS,
} from '@/contracts/terminal/terminal'
import { createInputQueue, MAX_HELD_INPUT_BYTES } from './input-queue'

describe('input queue', () => {
  it('numbers in order, keeps until acknowledged, and counts bytes', () => {
    const queue = createInputQueue()
    queue.push('ä')
    expect(queue.heldBytes()).toBe(2)
    expect(queue.next()).toEqual({ seq: 1, data: 'ä' })
    queue.push('b')
    expect(queue.next()).toEqual({ seq: 2, data: 'b' })
    queue.acknowledge(1)
    expect(queue.unacknowledged().map(({ seq }) => seq)).toEqual([2])
    queue.acknowledge(99)
    expect(queue.heldBytes()).toBe(0)
  })

  it('bounds what is unacknowledged and joins what waits', () => {
    const queue = createInputQueue()
    for (let key = 0; key < MAX_UNACKED_INPUTS; key++) {
      queue.push('k')
      queue.next()
    }
    for (const key of 'later') queue.push(key)
    expect(queue.next()).toBeNull()
    queue.acknowledge(1)
    expect(queue.next()).toEqual({ seq: MAX_UNACKED_INPUTS + 1, data: 'later' })
  })

  it('cuts text by bytes, whole and in order', () => {
    const queue = createInputQueue()
    const text = '日'.repeat(50_000)
    queue.push(text)
    const pieces: Buffer[] = []
    for (let message = queue.next(); message; message = queue.next()) pieces.push(Buffer.from(message.data))
    expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThanOrEqual(MAX_INPUT_BYTES)
    expect(Buffer.concat(pieces).toString()).toBe(text)
  })

  it('refuses whole what does not fit', () => {
    const queue = createInputQueue()
    expect(queue.push(new Uint8Array(MAX_HELD_INPUT_BYTES))).toBe(true)
    expect(queue.push('x')).toBe(false)
    expect(queue.drop()).toBe(MAX_HELD_INPUT_BYTES)
    expect(queue.push('x')).toBe(true)
  })

  it('bounds the bytes that are unacknowledged, and goes on as they are acknowledged', () => {
    const queue = createInputQueue()
    queue.push(new Uint8Array(4 * MAX_UNACKED_INPUT_BYTES))
    const inFlight = () => queue.unacknowledged().reduce((sum, { data }) => sum + data.length, 0)
    let last = 0
    let total = 0
    while (queue.heldBytes() > 0) {
      for (let message = queue.next(); message; message = queue.next()) {
        last = message.seq
        total += message.data.length
      }
      expect(inFlight()).toBe(MAX_UNACKED_INPUT_BYTES)
      queue.acknowledge(last)
    }
    expect(total).toBe(4 * MAX_UNACKED_INPUT_BYTES)
  })

  it('goes on with numbers of its own after what was dropped in flight', () => {
    const queue = createInputQueue()
    queue.push('unsent')
    queue.drop()
    queue.push('refused')
    expect(queue.next()?.seq).toBe(1)
    queue.drop()
    queue.push('next')
    expect(queue.next()?.seq).toBe(INPUT_SEQ_STRIDE + 1)
    // The late acknowledgement of what was dropped says nothing of this.
    queue.acknowledge(1)
    expect(queue.unacknowledged().length).toBe(1)
    queue.acknowledge(INPUT_SEQ_STRIDE + 1)
    queue.push('after')
    expect(queue.next()?.seq).toBe(INPUT_SEQ_STRIDE + 2)
  })
})

import { describe, expect, it } from 'vitest'
import { initialLinkState } from '@/client/terminal/terminal-link-state'
import { createSeatKey, isSeatKey, seatActOf } from './seat-key'

const asked = { clientId: 'y', name: 'ana', readOnly: false, asks: true }
const attached = { ...initialLinkState, phase: 'attached' } as const
const driver = { clientId: 'x', name: 'eve' }

describe('the key for the seat', () => {
  it.each([
    ['\x1e', true],
    ['\x1b[54;5u', true],
    ['\x1b[54:94;6:1u', true],
    ['\x1b[94;69u', true],
    ['\x1b[27;6;94~', true],
    // Let go, with Alt, without Ctrl, another key, and in a text.
    ['\x1b[54;5:3u', false],
    ['\x1b[54;7u', false],
    ['\x1b[54;2u', false],
    ['\x1b[55;5u', false],
    ['a\x1e', false],
    ['', false],
  ])('%j: %s', (data, expected) => {
    expect(isSeatKey(Buffer.from(data))).toBe(expected)
  })

  it('asks while somebody else drives, gives to who asks, and is a key like any other else', () => {
    const taken = { driver, clients: [], inputRecorded: false }
    expect(seatActOf({ ...attached, presence: taken })).toEqual({ kind: 'ask' })
    expect(seatActOf({ ...attached, presence: taken, readOnly: true })).toBeNull()
    expect(seatActOf(attached)).toBeNull()
    expect(seatActOf({ ...attached, role: 'driver', presence: taken })).toBeNull()
    const waiting = { ...taken, clients: [asked] }
    expect(seatActOf({ ...attached, role: 'driver', presence: waiting })).toEqual({
      kind: 'give',
      clientId: 'y',
      name: 'ana',
    })
    expect(seatActOf({ ...attached, phase: 'reconnecting', role: 'driver', presence: waiting })).toBeNull()
  })
  it('gives at a second press soon after the first, which says so', () => {
    const presence = { driver, clients: [asked], inputRecorded: false }
    const told: string[] = []
    let now = 0
    const press = createSeatKey({
      state: () => ({ ...attached, role: 'driver', presence }),
      ask: () => told.push('ask'),
      give: (clientId) => told.push(`give ${clientId}`),
      notice: (text) => told.push(text),
      now: () => now,
    })
    const key = Buffer.from('\x1e')
    expect([press(Buffer.from('x')), press(key)]).toEqual([false, true])
    now = 10_000
    press(key)
    now = 11_000
    press(key)
    const warning = 'Ctrl-^ once more gives ana the seat'
    expect(told).toEqual([warning, warning, 'give y'])
  })
})

import { createCipheriv, randomBytes } from 'node:crypto'
import { expect, it } from 'vitest'
import { type KeyRing, sealingKey } from './key-ring'
import { keyIdOf, open, seal, UnknownKey } from './secret-box'

/** The first is the current one. */
const ringOf = (...fill: number[]): KeyRing => {
  const keys = fill.map((byte) => sealingKey(Buffer.alloc(32, byte)))
  return { current: () => keys[0] ?? sealingKey(Buffer.alloc(32)), all: () => keys }
}
const ring = ringOf(1)

/** As the first version did: without the id of a key. */
function sealUnnamed(context: string, text: string): Uint8Array {
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', Buffer.alloc(32, 1), nonce).setAAD(Buffer.from(context))
  const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return Buffer.concat([nonce, cipher.getAuthTag(), body])
}

it('opens what it sealed, and seals the same text differently each time', () => {
  const sealed = seal(ring, 'row', 'grüße 🐙')
  expect(open(ring, 'row', sealed)).toBe('grüße 🐙')
  expect(Buffer.from(seal(ring, 'row', 'x'))).not.toEqual(Buffer.from(seal(ring, 'row', 'x')))
  expect(Buffer.from(sealed).includes('grüße')).toBe(false)
})

it('opens nothing in another row, or after a change of any byte', () => {
  const sealed = seal(ring, 'row', 'secret')
  expect(() => open(ring, 'other row', sealed)).toThrow()
  for (let changed = 0; changed < sealed.length; changed += 1)
    expect(() =>
      open(
        ring,
        'row',
        sealed.map((byte, at) => (at === changed ? byte ^ 1 : byte)),
      ),
    ).toThrow()
})

it('says with which key it was sealed, and opens with every key of the ring', () => {
  const sealed = seal(ring, 'row', 'secret')
  expect(keyIdOf(sealed)).toBe(ring.current().id)
  expect(open(ringOf(2, 1), 'row', sealed)).toBe('secret')
  expect(keyIdOf(seal(ringOf(2, 1), 'row', 'secret'))).toBe(ringOf(2).current().id)
  expect(() => open(ringOf(2), 'row', sealed)).toThrow(new UnknownKey(ring.current().id))
})

it('opens what was sealed before keys had ids', () => {
  expect(open(ringOf(2, 1), 'row', sealUnnamed('row', 'old'))).toBe('old')
  expect(keyIdOf(sealUnnamed('row', 'old'))).toBeNull()
  expect(() => open(ringOf(2), 'row', sealUnnamed('row', 'old'))).toThrow()
})

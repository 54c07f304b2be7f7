import { expect, it } from 'vitest'
import { open, seal } from './secret-box'

const key = Buffer.alloc(32, 1)

it('opens what it sealed, and seals the same text differently each time', () => {
  const sealed = seal(key, 'row', 'grüße 🐙')
  expect(open(key, 'row', sealed)).toBe('grüße 🐙')
  expect(Buffer.from(seal(key, 'row', 'x'))).not.toEqual(Buffer.from(seal(key, 'row', 'x')))
})

it('opens nothing with another key, in another row, or after a change', () => {
  const sealed = seal(key, 'row', 'secret')
  expect(() => open(Buffer.alloc(32, 2), 'row', sealed)).toThrow()
  expect(() => open(key, 'other row', sealed)).toThrow()
  const changed = Uint8Array.from(sealed, (byte, index) => (index === sealed.length - 1 ? byte ^ 1 : byte))
  expect(() => open(key, 'row', changed)).toThrow()
})

import { EventEmitter } from 'node:events'
import { expect, it } from 'vitest'
import { createOpenPerKey } from './open-per-key'

it('admits so many of each key at a time, and another one when one has closed', () => {
  const admit = createOpenPerKey(2)
  const first = new EventEmitter()
  expect([admit('ann', first), admit('ann', new EventEmitter()), admit('ann', new EventEmitter())]).toEqual([
    true,
    true,
    false,
  ])
  expect(admit('bob', new EventEmitter())).toBe(true)
  first.emit('close')
  expect([admit('ann', new EventEmitter()), admit('ann', new EventEmitter())]).toEqual([true, false])
})

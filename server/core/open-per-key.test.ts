import { EventEmitter } from 'node:events'
import { expect, it } from 'vitest'
import { createOpenPerKey } from './open-per-key'

it('counts nothing that was over before it came here: nobody would tell of its end', () => {
  const admit = createOpenPerKey(1)
  const gone = Object.assign(new EventEmitter(), { destroyed: true })
  expect([admit('ann', gone), admit('ann', new EventEmitter())]).toEqual([false, true])
})

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

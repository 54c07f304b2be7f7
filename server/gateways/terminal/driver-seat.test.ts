import { expect, it } from 'vitest'
import { createDriverSeat } from './driver-seat'

const client = (clientId: string, readOnly = false) => ({ clientId, name: clientId, readOnly })

it('gives a free seat to the first who may drive', () => {
  const seat = createDriverSeat()
  seat.enter(client('looker', true))
  seat.enter(client('a'))
  seat.enter(client('b'))
  expect(seat.presence().driver?.clientId).toBe('a')
  expect(seat.presence().clients).toHaveLength(3)
})

it('is taken over only on request, never by a read-only client', () => {
  const seat = createDriverSeat()
  for (const each of [client('a'), client('b'), client('looker', true)]) seat.enter(each)
  expect(seat.takeIfFree('b')).toBe(false)
  expect(seat.take('looker')).toBe(false)
  expect(seat.take('b')).toBe(true)
  expect(seat.isDriver('a')).toBe(false)
  expect(seat.release('a')).toBe(false)
})

it('does not pass to a read-only client that comes under the id of the driver', () => {
  const seat = createDriverSeat()
  seat.enter(client('a'))
  seat.enter(client('a', true))
  expect(seat.isDriver('a')).toBe(false)
})

it('is free again when its driver leaves, and stays free until somebody drives', () => {
  const seat = createDriverSeat()
  seat.enter(client('a'))
  seat.enter(client('b'))
  seat.leave('a')
  expect(seat.presence().driver).toBeNull()
  expect(seat.takeIfFree('b')).toBe(true)
})

it('is not given to who only came to watch, who may take it when it is free', () => {
  const seat = createDriverSeat()
  seat.enter(client('wall'), true)
  expect(seat.presence().driver).toBeNull()
  expect(seat.takeIfFree('wall')).toBe(true)
})

it('is handed over by its driver alone, to somebody who is there and may drive', () => {
  const seat = createDriverSeat()
  for (const each of [client('a'), client('b'), client('looker', true)]) seat.enter(each)
  expect(seat.answer('b', 'b', true)).toBe(false)
  expect(seat.answer('a', 'looker', true)).toBe(false)
  expect(seat.answer('a', 'gone', true)).toBe(false)
  expect(seat.answer('a', 'b', true)).toBe(true)
  expect(seat.isDriver('b')).toBe(true)
})

it('shows who asked for it, and goes to the first of them when its driver leaves', () => {
  const seat = createDriverSeat()
  for (const id of ['a', 'b', 'c']) seat.enter(client(id))
  const asking = () =>
    seat
      .presence()
      .clients.filter(({ asks }) => asks)
      .map(({ clientId }) => clientId)
  expect([seat.ask('c'), seat.ask('b'), seat.ask('a')]).toEqual([true, true, true])
  expect(asking()).toEqual(['b', 'c'])
  expect(seat.answer('a', 'c', false)).toBe(true)
  expect(asking()).toEqual(['b'])
  seat.ask('c')
  seat.leave('a')
  expect(seat.isDriver('b')).toBe(true)
  expect(asking()).toEqual(['c'])
  seat.release('b')
  expect(seat.isDriver('c')).toBe(true)
})

it('is had at once by who asks while it is free, never by a read-only client', () => {
  const seat = createDriverSeat()
  seat.enter(client('looker', true))
  expect(seat.ask('looker')).toBe(false)
  seat.enter(client('a'), true)
  seat.ask('a')
  expect(seat.isDriver('a')).toBe(true)
})

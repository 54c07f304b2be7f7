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

import { expect, it } from 'vitest'
import { createDriverSeat, SEAT_KEPT_MS } from './driver-seat'
import { createFakeAfter } from './fake-after'

const client = (clientId: string, readOnly = false) => ({ clientId, userId: 'u', name: clientId, readOnly })

/** A seat whose time passes when it is told to; `lapses` counts the times it was kept in vain. */
function timedSeat() {
  const told = { lapses: 0 }
  const { after, pass, waits } = createFakeAfter()
  const seat = createDriverSeat(
    () => {
      told.lapses += 1
    },
    (ms, action) => {
      expect(ms).toBe(SEAT_KEPT_MS)
      return after(ms, action)
    },
  )
  return { seat, told, pass, waits }
}

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

it('is kept for a driver whose connection broke, who is shown as away and has it when they are back', () => {
  const { seat, told, pass, waits } = timedSeat()
  seat.enter(client('a'))
  seat.enter(client('b'))
  seat.leave('a', true)
  expect(seat.presence()).toMatchObject({
    driver: { clientId: 'a', name: 'a', away: true },
    clients: [{ clientId: 'b' }],
  })
  // Neither who was there, nor who comes now, nor who types.
  seat.enter(client('c'))
  expect([seat.isDriver('b'), seat.isDriver('c'), seat.takeIfFree('b')]).toEqual([false, false, false])
  seat.enter(client('a'))
  expect(seat.presence().driver).toEqual({ clientId: 'a', name: 'a' })
  expect([seat.keptFor(), waits(), told.lapses]).toEqual([null, 0, 0])
  // Who came meanwhile watches, as whoever comes while somebody drives.
  seat.leave('a', true)
  pass()
  expect(seat.presence().driver).toBeNull()
})

it('is kept no longer than its time: then for who asked first, else for who came to drive, else for nobody', () => {
  for (const [asks, comes, then] of [
    [true, true, 'b'],
    [false, true, 'c'],
    [false, false, undefined],
  ] as const) {
    const { seat, told, pass } = timedSeat()
    for (const id of ['a', 'b']) seat.enter(client(id))
    seat.leave('a', true)
    if (asks) seat.ask('b')
    seat.enter(client('wall'), true)
    if (comes) seat.enter(client('c'))
    expect(seat.presence().driver?.away).toBe(true)
    pass()
    expect(seat.presence().driver?.clientId).toBe(then)
    expect(seat.presence().driver?.away).toBeUndefined()
    expect([seat.keptFor(), told.lapses]).toEqual([null, 1])
  }
})

it('is taken by choice while it is kept, which is not there for who had it then', () => {
  const { seat, told, pass, waits } = timedSeat()
  for (const id of ['a', 'b']) seat.enter(client(id))
  seat.leave('a', true)
  expect(seat.take('b')).toBe(true)
  expect(waits()).toBe(0)
  seat.enter(client('a'))
  pass()
  expect(seat.presence().driver).toEqual({ clientId: 'b', name: 'b' })
  expect(told.lapses).toBe(0)
})

it('is kept for a driver alone, who may drive still when they come back', () => {
  const { seat, waits } = timedSeat()
  for (const id of ['a', 'b']) seat.enter(client(id))
  seat.leave('b', true)
  expect([waits(), seat.isDriver('a')]).toEqual([0, true])
  seat.leave('a', true)
  seat.enter(client('a', true))
  expect([waits(), seat.presence().driver]).toEqual([0, null])
})

import { EventEmitter } from 'node:events'
import { expect, it } from 'vitest'
import { watchLiveConnections } from './live-connections'

class FakeConnection extends EventEmitter {
  destroyed = false
  destroy() {
    this.destroyed = true
    this.emit('close')
  }
}

function setUp(valid: (ids: readonly string[]) => Promise<ReadonlyMap<string, string>>) {
  const asked: (readonly string[])[] = []
  const errors: unknown[] = []
  let look = () => {}
  const live = watchLiveConnections({
    valid: (ids) => {
      asked.push(ids)
      return valid(ids)
    },
    onError: (error) => errors.push(error),
    every: (_ms, work) => {
      look = work
      return () => undefined
    },
  })
  const check = async () => {
    look()
    await new Promise((resolve) => setImmediate(resolve))
  }
  return { live, check, asked, errors }
}

it('cuts every connection of a credential that holds no more, and no other', async () => {
  const { live, check } = setUp(async () => new Map([['kept', 'm']]))
  const [kept, cut, also] = [new FakeConnection(), new FakeConnection(), new FakeConnection()]
  live.watch({ id: 'kept', mark: 'm' }, kept)
  live.watch({ id: 'revoked', mark: 'm' }, cut)
  live.watch({ id: 'revoked', mark: 'm' }, also)
  await check()
  expect([kept.destroyed, cut.destroyed, also.destroyed]).toEqual([false, true, true])
})

it('cuts what opens something else by now', async () => {
  const { live, check } = setUp(async () => new Map([['id', 'viewer']]))
  const [before, after] = [new FakeConnection(), new FakeConnection()]
  live.watch({ id: 'id', mark: 'operator' }, before)
  live.watch({ id: 'id', mark: 'viewer' }, after)
  await check()
  expect([before.destroyed, after.destroyed]).toEqual([true, false])
})

it('cuts nothing while it cannot be known, and asks about nothing when nothing is open', async () => {
  const { live, check, asked, errors } = setUp(async () => {
    throw new Error('database away')
  })
  await check()
  expect(asked).toEqual([])
  const connection = new FakeConnection()
  live.watch({ id: 'id', mark: 'm' }, connection)
  await check()
  expect(connection.destroyed).toBe(false)
  expect(errors).toHaveLength(1)
  connection.emit('close')
  await check()
  expect(asked).toHaveLength(1)
})

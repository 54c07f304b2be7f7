import { expect, it } from 'vitest'
import { describeFailure, withHeartbeat } from './broker-address'

const URL_WITH_SECRET = 'amqp://user:p%40ss@host/vhost'

it('hides the password, as it is and as the address writes it', () => {
  expect(describeFailure(new Error(`no p@ss, no p%40ss`), URL_WITH_SECRET)).toBe('no ***, no ***')
  expect(describeFailure('plain', 'amqp://host')).toBe('plain')
})

it('finds words where an error has none of its own', () => {
  expect(describeFailure(new AggregateError([new Error('first'), new Error('second')]), URL_WITH_SECRET)).toBe('first')
  expect(describeFailure(new TypeError(), URL_WITH_SECRET)).toBe('TypeError')
})

it('asks for a heartbeat unless the address does', () => {
  expect(withHeartbeat(URL_WITH_SECRET, 10)).toBe(`${URL_WITH_SECRET}?heartbeat=10`)
  expect(withHeartbeat('amqp://host?heartbeat=3', 10)).toBe('amqp://host?heartbeat=3')
})

import { expect, it } from 'vitest'
import { routingKey } from './routing-key'

it('ends with the project, or with the subject where the design says so', () => {
  expect(routingKey('runner.started', 'web', 'id')).toBe('runner.started.web')
  expect(routingKey('session.resumed', 'web', 'id')).toBe('session.resumed.id')
  expect(routingKey('node.joined', null, 'id')).toBe('node.joined.id')
})

it("keeps a dot in a project's name from splitting the key", () => {
  expect(routingKey('runner.failed', 'my.app', 'id')).toBe('runner.failed.my_app')
})

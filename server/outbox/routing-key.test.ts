import { expect, it } from 'vitest'
import { routingKey } from './routing-key'

const of = (type: Parameters<typeof routingKey>[0]['type'], project: string | null, data = {}) =>
  routingKey({ type, project, subject: { id: 'id' }, data })

it('ends with the project, or with the subject where the design says so', () => {
  expect(of('runner.started', 'web')).toBe('runner.started.web')
  expect(of('session.resumed', 'web')).toBe('session.resumed.id')
  expect(of('node.joined', null)).toBe('node.joined.id')
})

it("ends with an alert's severity", () => {
  expect(of('system.alert', null, { severity: 'critical' })).toBe('system.alert.critical')
})

it("keeps a dot in a project's name from splitting the key", () => {
  expect(of('runner.failed', 'my.app')).toBe('runner.failed.my_app')
})

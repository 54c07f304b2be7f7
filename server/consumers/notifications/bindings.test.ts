import { expect, it } from 'vitest'
import { topicMatches } from '@/server/adapters/local-broker/topic-match'
import { QUEUE_BINDINGS } from '@/server/core/ports/broker'
import { routingKey } from '@/server/outbox/routing-key'
import { NOTICED_TYPES } from '@/server/services/notification/decide-notification'

it.each([...NOTICED_TYPES])('its queue gets %s', (type) => {
  const key = routingKey({ type, project: 'p', subject: { id: 's' }, data: { severity: 'info' } })
  expect(QUEUE_BINDINGS['stratavore.alerts'].filter((pattern) => topicMatches(pattern, key))).not.toEqual([])
})

import { expect, it } from 'vitest'
import { maySend, TERMINAL_EVENT_RULES, type TerminalEvent } from './event-rules'

const events = Object.keys(TERMINAL_EVENT_RULES) as TerminalEvent[]

it('somebody who is attached read-only may look and say how far they are, and nothing else', () => {
  expect(events.filter((event) => maySend(event, { readOnly: true })).sort()).toEqual(['ack', 'resize'])
})

it('whoever may drive may send every event', () => {
  expect(events.filter((event) => maySend(event, { readOnly: false }))).toEqual(events)
})

import { describe, expect, it } from 'vitest'
import { type Event, eventType } from '@/contracts/event/event'
import { EVENT_FAMILIES, mergeEvents, typesOf } from './event-filter'

const eventOf = (seq: number): Event => ({
  seq,
  id: `id-${seq}`,
  type: 'runner.started',
  at: '2026-01-01T00:00:00Z',
  actor: { kind: 'user', name: 'me' },
  subject: { type: 'runner', id: 'r' },
  project: null,
  data: {},
})

describe('event families', () => {
  it('cover every type but heartbeats, each once', () => {
    const covered = EVENT_FAMILIES.flatMap((family) => typesOf(family))
    expect([...covered].sort()).toEqual(eventType.options.filter((type) => type !== 'runner.heartbeat').sort())
    expect(typesOf(null)).toHaveLength(covered.length)
  })
})

describe('mergeEvents', () => {
  it('shows each event once, newest first, within the bound', () => {
    const merged = mergeEvents([eventOf(5), eventOf(7)], [eventOf(6), eventOf(5), eventOf(4)], 3)
    expect(merged.map((event) => event.seq)).toEqual([7, 6, 5])
  })
})

import { describe, expect, it } from 'vitest'
import { eventType } from '@/contracts/event/event'
import { eventDetail, eventWords } from './event-words'

describe('words for events', () => {
  it('has different words for every type', () => {
    expect(new Set(eventType.options.map((type) => eventWords({ type }))).size).toBe(eventType.options.length)
  })
  it('shows known details of simple types only', () => {
    expect(
      eventDetail({
        data: { exitCode: 3, reason: 'agent_lost', secret: 'x', activity: { nested: true }, signal: null },
      }),
    ).toBe('agent lost · exit code 3')
    expect(eventDetail({ data: {} })).toBe('')
  })
  it('says nothing twice', () => {
    expect(eventDetail({ data: { reason: 'exited with code 3', exitCode: 3, pid: 7 } })).toBe(
      'exited with code 3 · pid 7',
    )
    expect(eventDetail({ data: { reason: 'ended by SIGKILL', signal: 'SIGKILL' } })).toBe('ended by SIGKILL')
    expect(eventDetail({ data: { name: 'shop' }, project: 'shop' })).toBe('')
    expect(eventDetail({ data: { name: 'shop', reason: 'x' }, project: 'old' })).toBe('x · shop')
  })
})

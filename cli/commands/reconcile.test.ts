import { expect, it } from 'vitest'
import { countByKind } from './reconcile'

it('counts actions by kind, the most frequent first', () => {
  const action = (kind: string) => ({ kind, runnerId: null, detail: '', error: null })
  expect(countByKind(['stop', 'start', 'stop', 'record-lost'].map(action))).toBe('2 stop, 1 record-lost, 1 start')
})

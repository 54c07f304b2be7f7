import { expect, it } from 'vitest'
import { csvOf } from '@/components/format/csv'
import { auditLines, changesOf } from './audit-changes'

it('tells what changed, from what to what, and leaves out what stayed', () => {
  const { changes, rest } = changesOf({
    before: { role: 'operator', name: 'otto', grants: ['a'] },
    after: { role: 'viewer', name: 'otto', grants: ['a', 'b'], disabledAt: '2026' },
    reason: 'asked',
    empty: null,
  })
  expect(changes).toEqual([
    { name: 'role', before: 'operator', after: 'viewer' },
    { name: 'grants', before: '["a"]', after: '["a","b"]' },
    { name: 'disabledAt', before: null, after: '2026' },
  ])
  expect(rest).toEqual([['reason', 'asked']])
})

it('takes what is no record of before and after as it is', () => {
  expect(changesOf({ before: 1, after: 2 }).changes).toEqual([{ name: 'value', before: '1', after: '2' }])
  expect(changesOf({ before: { a: 1 } }).changes).toEqual([{ name: 'a', before: '1', after: null }])
  for (const odd of [null, 'text', [1], 3]) expect(changesOf(odd)).toEqual({ changes: [], rest: [] })
})

it('writes CSV that no spreadsheet takes for a formula', () => {
  const row = {
    ...{ seq: 7, at: '2026-01-01T00:00:00.000Z', actorKind: 'user', actorId: null, actorName: '=1+1', via: 'browser' },
    ...{ requestId: null, remoteAddr: '::1', credential: null, action: '@SUM(A1)', targetType: 'user', targetId: '-2' },
    ...{ data: { after: 'x' }, version: 2 as const, keyId: 'k', mac: '' },
  }
  expect(csvOf(auditLines([row])).split('\r\n')[1]).toBe(
    `7,2026-01-01T00:00:00.000Z,'=1+1,browser,,::1,'@SUM(A1),user,'-2,,"{""after"":""x""}"`,
  )
})

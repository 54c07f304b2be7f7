import { expect, it } from 'vitest'
import type { AuditRecord } from '@/contracts/audit/audit'
import { auditMac } from './audit-chain'

const key = { id: 'k1', secret: Buffer.alloc(32, 7) }
const record: AuditRecord = {
  seq: 1,
  at: '2026-11-22T12:00:00.000Z',
  actorKind: 'user',
  actorId: 'u',
  actorName: 'owner',
  via: 'browser',
  requestId: null,
  remoteAddr: '127.0.0.1',
  credential: 'session:s',
  action: 'runner.stop',
  targetType: 'runner',
  targetId: 'r',
  data: { a: 1, b: { c: [1, 2], d: null } },
  version: 2,
}
const mac = (over: Partial<AuditRecord> = {}, previous: Uint8Array = new Uint8Array()) =>
  auditMac(key, { ...record, ...over }, previous).toString('hex')

it('does not depend on the key order of data, which jsonb does not keep', () => {
  expect(mac({ data: { b: { d: null, c: [1, 2] }, a: 1 } })).toBe(mac())
})

it('changes with every field, with the key and with the MAC before it', () => {
  const macs = [
    mac(),
    mac({ seq: 2 }),
    mac({ at: '2026-11-22T12:00:00.001Z' }),
    mac({ actorName: 'other' }),
    mac({ action: 'runner.kill' }),
    mac({ targetId: 's' }),
    mac({ remoteAddr: '127.0.0.2' }),
    mac({ credential: 'token:s' }),
    mac({ version: 1 }),
    mac({ data: { a: 2, b: { c: [1, 2], d: null } } }),
    mac({ data: { a: 1, b: { c: [2, 1], d: null } } }),
    mac({}, new Uint8Array([1])),
    auditMac({ ...key, secret: Buffer.alloc(32, 8) }, record, new Uint8Array()).toString('hex'),
  ]
  expect(new Set(macs).size).toBe(macs.length)
})

it('is for a row of version 1 what it was before there were others', () => {
  const old = mac({ version: 1, remoteAddr: null, credential: null })
  expect(old).toBe('df772b5df8a9e49bae3f131b91e9b7b57964c5d111ab3ad78a685a1658f8aa05')
  expect(mac({ version: 1, remoteAddr: '10.0.0.1', credential: 'x' })).toBe(old)
})

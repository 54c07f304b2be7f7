import { expect, it } from 'vitest'
import { type AuditRecord, auditMac } from './audit-chain'

const key = { id: 'k1', secret: Buffer.alloc(32, 7) }
const record: AuditRecord = {
  seq: 1n,
  at: '2026-11-22T12:00:00.000Z',
  actorKind: 'user',
  actorId: 'u',
  actorName: 'owner',
  via: 'browser',
  requestId: null,
  action: 'runner.stop',
  targetType: 'runner',
  targetId: 'r',
  data: { a: 1, b: { c: [1, 2], d: null } },
}
const mac = (over: Partial<AuditRecord> = {}, previous: Uint8Array = new Uint8Array()) =>
  auditMac(key, { ...record, ...over }, previous).toString('hex')

it('does not depend on the key order of data, which jsonb does not keep', () => {
  expect(mac({ data: { b: { d: null, c: [1, 2] }, a: 1 } })).toBe(mac())
})

it('changes with every field, with the key and with the MAC before it', () => {
  const macs = [
    mac(),
    mac({ seq: 2n }),
    mac({ at: '2026-11-22T12:00:00.001Z' }),
    mac({ actorName: 'other' }),
    mac({ action: 'runner.kill' }),
    mac({ targetId: 's' }),
    mac({ data: { a: 2, b: { c: [1, 2], d: null } } }),
    mac({ data: { a: 1, b: { c: [2, 1], d: null } } }),
    mac({}, new Uint8Array([1])),
    auditMac({ ...key, secret: Buffer.alloc(32, 8) }, record, new Uint8Array()).toString('hex'),
  ]
  expect(new Set(macs).size).toBe(macs.length)
})

import { expect, it } from 'vitest'
import type { Quota, QuotaKind } from '@/contracts/quota/quota'
import { readQuotaForm } from './quota-fields'

const GIB = 2 ** 30
const quota = (kind: QuotaKind, limit: number, explicit = true): Quota => ({
  project: 'web',
  kind,
  limit,
  used: 0,
  explicit,
})
const read = (typed: Partial<Record<QuotaKind, string>>, quotas: Quota[] = []) =>
  readQuotaForm(new Map(Object.entries(typed) as [QuotaKind, string][]), quotas)

it('reads amounts as people write them', () => {
  expect(
    read({ concurrent_runners: '5', memory_bytes: '1.5', cpu_percent: '150 %', tokens_per_day: '2M' }).wish,
  ).toEqual({
    runners: 5,
    memoryBytes: 1.5 * GIB,
    cpuPercent: 150,
    tokensPerDay: 2_000_000,
  })
  expect(read({ memory_bytes: '512M', tokens_per_day: '500,000' }).wish).toEqual({
    memoryBytes: GIB / 2,
    tokensPerDay: 500_000,
  })
})

it('sets only what was changed, and takes away what was emptied', () => {
  const known = [quota('concurrent_runners', 10, false), quota('memory_bytes', GIB / 3), quota('cpu_percent', 50)]
  expect(read({ memory_bytes: '0.33', cpu_percent: '' }, known).wish).toEqual({ cpuPercent: null })
  expect(read({ concurrent_runners: '', tokens_per_day: '' }, known).wish).toEqual({})
})

it('says beside each box what is wrong', () => {
  const { wish, invalid } = read({
    concurrent_runners: '1e9',
    memory_bytes: 'lots',
    cpu_percent: '0',
    tokens_per_day: '-1',
  })
  expect(wish).toEqual({})
  expect([...invalid.keys()]).toEqual(['concurrent_runners', 'memory_bytes', 'cpu_percent', 'tokens_per_day'])
})

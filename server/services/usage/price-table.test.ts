import { expect, it, test } from 'vitest'
import { PRICE_LIST } from './price-list'
import { createPriceTable, priceName } from './price-table'

const at = new Date('2026-11-22T00:00:00Z')
const tokens = (changes: object = {}) => ({
  input: 0,
  output: 0,
  cacheRead: 0,
  cacheWrite5m: 0,
  cacheWrite1h: 0,
  ...changes,
})
const table = createPriceTable(PRICE_LIST)

test.each([
  ['claude-opus-4-5-20251101', 'claude-opus-4-5'],
  ['us.anthropic.claude-opus-4-5-20251101-v1:0', 'claude-opus-4-5'],
  ['anthropic.claude-3-5-haiku-20241022-v1:0', 'claude-3-5-haiku'],
  ['claude-sonnet-4-5@20250929', 'claude-sonnet-4-5'],
  ['claude-sonnet-4-6[1m]', 'claude-sonnet-4-6'],
  ['claude-sonnet-4-20250514[1m]', 'claude-sonnet-4'],
  ['claude-opus-4-0', 'claude-opus-4'],
  ['claude-3-7-sonnet-latest', 'claude-3-7-sonnet'],
  ['gpt-6', 'gpt-6'],
  ['gpt-5.4-2026-03-05', 'gpt-5.4'],
  ['gemini-3.1-pro-preview', 'gemini-3.1-pro'],
  ['o1-preview', 'o1-preview'],
])('%s is %s', (model, name) => expect(priceName(model)).toBe(name))

it('costs what the program itself reported for the same request', () => {
  // Measured: the cost that Claude Code 2.1.330 told by telemetry for these tokens.
  const cost = table.costOf(
    'claude-opus-5-5',
    at,
    tokens({ input: 101, output: 11, cacheRead: 5001, cacheWrite5m: 1001 }),
  )
  expect(cost?.toNumber()).toBe(0.0066292)
})

it('a model that is not in the table has no price', () => {
  expect(table.costOf('claude-opus-9', at, tokens({ input: 1 }))).toBeNull()
})

it('a price counts from its day on', () => {
  const read = (day: string) => table.costOf('claude-sonnet-5-5', new Date(day), tokens({ cacheRead: 1_000_000 }))
  expect(read('2026-10-06T23:59:59Z')?.toNumber()).toBe(0.2)
  expect(read('2026-10-07T00:00:00Z')?.toNumber()).toBe(0.1)
})

it('a request that sends much may cost more as a whole', () => {
  const cost = (input: number) => table.costOf('claude-haiku-5-5', at, tokens({ input, output: 1_000_000 }))
  expect(cost(100_000)?.toNumber()).toBe(0.51)
  expect(cost(100_001)?.toNumber()).toBeCloseTo(2.5500005, 10)
})

it('models of OpenAI and Google have their own prices, long prompts and cache reads too', () => {
  const cost = (model: string, of: object) => table.costOf(model, at, tokens(of))?.toNumber()
  expect(cost('gpt-5.4', { input: 200_000, cacheRead: 50_000, output: 1_000 })).toBeCloseTo(0.5275, 10)
  expect(cost('gpt-5.4', { input: 200_000, cacheRead: 100_000, output: 1_000 })).toBeCloseTo(1.0725, 10)
  expect(cost('gemini-2.5-pro', { input: 100_000, cacheRead: 100_000 })).toBeCloseTo(0.1375, 10)
})

it('the last row of a model and day counts, and changes the hash', () => {
  const first = PRICE_LIST.find(({ model }) => model === 'claude-opus-5-5')
  if (first === undefined) throw new Error('not in the list')
  const changed = createPriceTable([...PRICE_LIST, { ...first, input: 1 }])
  expect(changed.costOf('claude-opus-5-5', at, tokens({ input: 1_000_000 }))?.toNumber()).toBe(1)
  expect(changed.hash).not.toBe(table.hash)
  expect(
    createPriceTable([...PRICE_LIST].reverse())
      .costOf('claude-opus-5', at, tokens())
      ?.toNumber(),
  ).toBe(0)
})

it('a price of one’s own stands for all built-in ones of its model from its day on', () => {
  const free = { output: 0, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0 }
  const row = { ...free, model: 'claude-sonnet-5-5' }
  const read = (prices: ReturnType<typeof createPriceTable>, day: string) =>
    prices.costOf(row.model, new Date(day), tokens({ input: 1_000_000 }))?.toNumber()
  const undated = createPriceTable(PRICE_LIST, [{ ...row, input: 77 }])
  expect([read(undated, '2026-10-06'), read(undated, '2026-11-01')]).toEqual([77, 77])
  const dated = createPriceTable(PRICE_LIST, [{ ...row, input: 77, validFrom: '2026-10-06' }])
  expect([read(dated, '2026-10-05'), read(dated, '2026-10-06'), read(dated, '2026-11-01')]).toEqual([
    read(table, '2026-10-05'),
    77,
    77,
  ])
})

import { expect, it } from 'vitest'
import { parseAmount, parseBytes, parseTokens, shortAmount } from './amount'

it('reads tokens, money and bytes as people write them', () => {
  expect(parseTokens('x', '2M')).toBe(2_000_000)
  expect(parseTokens('x', '1.5k')).toBe(1500)
  expect(parseBytes('x', '4G')).toBe(4 * 2 ** 30)
  expect(parseAmount('x', '5M')).toEqual({ unit: 'tokens', amount: 5_000_000 })
  expect(parseAmount('x', '20usd')).toEqual({ unit: 'usd', amount: 20 })
  expect(parseAmount('x', '$0.5')).toEqual({ unit: 'usd', amount: 0.5 })
})

it.each(['', 'x', '-1', '1e9', '5T', '2,000', 'usd', '1.2.3', '5MB'])('refuses %j, naming the flag', (text) => {
  expect(() => parseAmount('--limit', text)).toThrow('--limit: must be')
})

it('shows them short', () => {
  expect([shortAmount('tokens', 999), shortAmount('tokens', 12_340), shortAmount('tokens', 2_500_000)]).toEqual([
    '999',
    '12.3k',
    '2.5M',
  ])
  expect(shortAmount('usd', 3)).toBe('$3.00')
})

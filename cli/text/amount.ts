import { CliError } from '../cli-error'
import { ExitCode } from '../exit-code'

/** Short ways to write large numbers; bytes take the same letters in steps of 1024. */
const DECIMAL: Readonly<Record<string, number>> = { '': 1, k: 1e3, m: 1e6, g: 1e9 }
const BINARY: Readonly<Record<string, number>> = { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 }

const NUMBER = /^(\d{1,15}(?:\.\d{1,6})?)([kmgt]?)$/i

function scaled(name: string, text: string, units: Readonly<Record<string, number>>, example: string): number {
  const [, digits = '', unit = ''] = NUMBER.exec(text) ?? []
  const factor = digits === '' ? undefined : units[unit.toLowerCase()]
  if (factor === undefined)
    throw new CliError(`${name}: must be a number such as ${example}, not ${text}`, ExitCode.usage)
  return Math.round(Number(digits) * factor * 1e6) / 1e6
}

/** `2M`: 2,000,000 tokens. Throws CliError (2). */
export const parseTokens = (name: string, text: string): number => Math.round(scaled(name, text, DECIMAL, '500k or 2M'))

/** `4G`: bytes, in steps of 1024. Throws CliError (2). */
export const parseBytes = (name: string, text: string): number => Math.round(scaled(name, text, BINARY, '512M or 4G'))

/** `5M` is tokens, `20usd` is money. Throws CliError (2). */
export function parseAmount(name: string, text: string): { unit: 'tokens' | 'usd'; amount: number } {
  const money = /^\$?(.*?)(?:usd)?$/i.exec(text)?.[1] ?? ''
  return money === text
    ? { unit: 'tokens', amount: parseTokens(name, text) }
    : { unit: 'usd', amount: scaled(name, money, { '': 1 }, '20usd or 5M') }
}

/** An amount as tables show it: `$12.50`, `1.2M`. */
export function shortAmount(unit: 'tokens' | 'usd', amount: number): string {
  if (unit === 'usd') return `$${amount.toFixed(2)}`
  const [factor, letter] =
    amount >= 1e9 ? [1e9, 'G'] : amount >= 1e6 ? [1e6, 'M'] : amount >= 1e4 ? [1e3, 'k'] : [1, '']
  return `${Number((amount / factor).toFixed(1))}${letter}`
}

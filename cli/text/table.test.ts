import { expect, it } from 'vitest'
import { renderFacts, renderTable } from './table'

it('aligns wide, combining and coloured text, and cuts what is too long', () => {
  const rows = [
    ['日本', 'x'],
    ['e\u0301', { styled: '\x1b[31mred\x1b[39m' }],
    ['y'.repeat(100), null],
  ]
  expect(renderTable(['A', 'B'], rows).split('\n')).toEqual([
    `A${' '.repeat(61)}B`,
    `日本${' '.repeat(58)}x`,
    `e\u0301${' '.repeat(61)}\x1b[31mred\x1b[39m`,
    `${'y'.repeat(59)}…  -`,
  ])
})

it('makes cells inert', () => {
  expect(renderTable(['A'], [['a\nb\x1b[2J']])).toBe('A\na\\nb\\x1b[2J')
  expect(renderFacts([['k', 'a\nb']])).toBe('k  a\\nb')
})

import { describe, expect, it } from 'vitest'
import { styledRuns } from './styled-line'

const looks = (line: string) =>
  styledRuns(line).map(({ at: _at, text, ...look }) => [
    text,
    Object.fromEntries(Object.entries(look).filter(([, value]) => value !== null && value !== false)),
  ])

describe('styledRuns', () => {
  it('takes plain text as it is', () => {
    expect(looks('a < b')).toEqual([['a < b', {}]])
    expect(looks('')).toEqual([])
  })

  it('reads the colours and attributes that an observer writes', () => {
    expect(looks('x\x1b[1;31mbold red\x1b[0m y\x1b[4;9;94;103mz')).toEqual([
      ['x', {}],
      ['bold red', { bold: true, foreground: 1 }],
      [' y', {}],
      ['z', { underline: true, strike: true, foreground: 12, background: 11 }],
    ])
  })

  it('reads colours of the palette and of their own, also beside each other', () => {
    expect(looks('\x1b[3;38;5;208;48;2;1;2;255mq')).toEqual([
      ['q', { italic: true, foreground: 208, background: '#0102ff' }],
    ])
  })

  it('takes nothing of what follows a colour it cannot read', () => {
    expect(looks('\x1b[38;7;1mq')).toEqual([['q', {}]])
  })
})

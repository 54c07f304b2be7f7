import { describe, expect, it } from 'vitest'
import { isReport, keyBytes, withCtrl } from './keys'

describe('keyBytes', () => {
  it('sends arrows in the form the program asked for', () => {
    expect(keyBytes('Up', false)).toBe('\x1b[A')
    expect(keyBytes('Left', true)).toBe('\x1bOD')
    expect(keyBytes('Esc', true)).toBe('\x1b')
    expect(keyBytes('Enter', false)).toBe('\r')
  })
})

describe('withCtrl', () => {
  it('makes control characters of those that have one', () => {
    expect(['c', 'C', '[', '@', '_', ' ', '?'].map(withCtrl)).toEqual([
      '\x03',
      '\x03',
      '\x1b',
      '\0',
      '\x1f',
      '\0',
      '\x7f',
    ])
  })
  it('leaves everything else as it was typed', () => {
    for (const data of ['1', 'é', 'ab', '\x1b[A', '{', '']) expect(withCtrl(data)).toBe(data)
  })
})

it('tells reports of mouse and focus from keys', () => {
  for (const report of ['\x1b[I', '\x1b[O', '\x1b[<0;1;1M', '\x1b[M !!']) expect(isReport(report)).toBe(true)
  for (const key of ['\x1b[A', '\x1bOA', 'M', '\x1b', '\x1b[15~']) expect(isReport(key)).toBe(false)
})

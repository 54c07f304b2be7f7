import { describe, expect, it } from 'vitest'
import { inertJson, inertLine, inertLines } from './inert-text'

describe('inert text', () => {
  it('shows what could act, and leaves the rest', () => {
    expect(inertLine('a\x1b[31m\x07\r\n\t\u009b\u202e\ud800 ö😀')).toBe(
      'a\\x1b[31m\\x07\\r\\n\\t\\x9b\\u202e\\ud800 ö😀',
    )
  })
  it('keeps lines and tabs in text of several lines', () => {
    expect(inertLines('a\r\nb\tc\rd\x1b')).toBe('a\nb\tc\\rd\\x1b')
  })
  it('makes JSON inert without changing its meaning', () => {
    const value = { text: '\x1b\x7f\u0085\u202e\u2028', nested: ['\u009b'] }
    const json = inertJson(value)
    expect(json.replaceAll('\n', '')).not.toMatch(/[\p{C}\u2028\u202e]/u)
    expect(JSON.parse(json)).toEqual(value)
  })
})

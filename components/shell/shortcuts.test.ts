import { describe, expect, it } from 'vitest'
import { createKeyMatcher, type KeyPress, opensPalette, SEQUENCE_TIMEOUT_MS } from './shortcuts'

const press = (key: string, modifiers: Partial<KeyPress> = {}): KeyPress => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...modifiers,
})

describe('opensPalette', () => {
  it('takes only the command key and Ctrl-Shift-P from a terminal', () => {
    expect(opensPalette(press('k', { metaKey: true }), true)).toBe(true)
    expect(opensPalette(press('P', { ctrlKey: true, shiftKey: true }), true)).toBe(true)
    expect(opensPalette(press('k', { ctrlKey: true }), true)).toBe(false)
    expect(opensPalette(press('p', { ctrlKey: true }), true)).toBe(false)
  })
  it('takes Ctrl-K elsewhere', () => {
    expect(opensPalette(press('k', { ctrlKey: true }), false)).toBe(true)
    expect(opensPalette(press('k'), false)).toBe(false)
  })
})

describe('createKeyMatcher', () => {
  const matcher = () => createKeyMatcher({ 'g f': 'fleet', 'g p': 'projects', j: 'down', f: 'find' })

  it('matches keys and sequences', () => {
    const keys = matcher()
    expect(keys.match(press('j'), 0)).toBe('down')
    expect(keys.match(press('g'), 10)).toBeNull()
    expect(keys.match(press('f'), 20)).toBe('fleet')
    expect(keys.match(press('f'), 30)).toBe('find')
  })
  it('forgets a prefix after a while', () => {
    const keys = matcher()
    keys.match(press('g'), 0)
    expect(keys.match(press('f'), SEQUENCE_TIMEOUT_MS + 1)).toBe('find')
  })
  it('takes the second key by itself when the sequence is unknown', () => {
    const keys = matcher()
    keys.match(press('g'), 0)
    expect(keys.match(press('j'), 1)).toBe('down')
  })
  it('leaves modified keys alone', () => {
    expect(matcher().match(press('j', { ctrlKey: true }), 0)).toBeNull()
  })
})

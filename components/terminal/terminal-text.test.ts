import { describe, expect, it } from 'vitest'
import { cleanPaste } from './paste-text'
import { safeLink } from './safe-link'

describe('safeLink', () => {
  it('follows web and mail addresses only', () => {
    expect(safeLink('https://example.com/a?b')).toBe('https://example.com/a?b')
    expect(safeLink('mailto:a@example.com')).toBe('mailto:a@example.com')
    for (const bad of [
      'javascript:alert(1)',
      ' JaVaScRiPt:alert(1)',
      'file:///etc/passwd',
      'data:text/html,x',
      'vscode://x',
      'nonsense',
      '',
    ])
      expect(safeLink(bad)).toBeNull()
  })
})

describe('cleanPaste', () => {
  it('removes paste brackets, also those built by removing others', () => {
    expect(cleanPaste('a\x1b[201~b')).toBe('ab')
    expect(cleanPaste('a\x1b[2\x1b[201~01~b')).toBe('ab')
    const deep = 200_000
    expect(cleanPaste(`a${'\x1b[2'.repeat(deep)}\x1b[201~${'01~'.repeat(deep)}b`)).toBe('ab')
    expect(cleanPaste('\ufeffgrüße 😀 \x1b[202~\x1b[200~')).toBe('\ufeffgrüße 😀 \x1b[202~')
    expect(cleanPaste('\x1b[200~x')).toBe('x')
  })
  it('keeps everything else', () => {
    expect(cleanPaste('ls\n\t\x1b[A [201~')).toBe('ls\n\t\x1b[A [201~')
  })
})

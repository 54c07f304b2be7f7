import { describe, expect, it } from 'vitest'
import { loginCodeOf } from './login-code'

describe('loginCodeOf', () => {
  it('takes a link, wherever it points, or a bare code', () => {
    expect(loginCodeOf(' http://127.0.0.1:7717/login?code=abc-1%2B ')).toBe('abc-1+')
    expect(loginCodeOf('abc-1\n')).toBe('abc-1')
  })
  it('finds none in what holds none', () => {
    for (const text of ['', '  ', 'http://127.0.0.1:7717/', 'http://[', 'two words'])
      expect(loginCodeOf(text)).toBeNull()
  })
})

import { expect, it } from 'vitest'
import { relyingParty, siteOf } from './site'

const client = (host: string, secure = false) => ({ address: '127.0.0.1', secure, host, proxied: false, local: true })
const PUBLIC = 'https://phone.example/stratavore'

it('is where the request was sent to; behind a tunnel the public address', () => {
  expect(siteOf(client('localhost:7717'), undefined)).toEqual({
    origin: 'http://localhost:7717',
    hostname: 'localhost',
  })
  expect(siteOf(client('s.example', true), undefined)).toEqual({ origin: 'https://s.example', hostname: 's.example' })
  expect(siteOf(client('phone.example'), PUBLIC)).toEqual({
    origin: 'https://phone.example',
    hostname: 'phone.example',
  })
  expect(siteOf(client('localhost:7717'), PUBLIC).origin).toBe('http://localhost:7717')
  expect(() => siteOf(null, undefined)).toThrow()
})

it('has a relying party unless it is an address', () => {
  expect(relyingParty(siteOf(client('localhost:7717'), undefined))).toBe('localhost')
  for (const host of ['127.0.0.1:7717', '[::1]:7717']) {
    try {
      relyingParty(siteOf(client(host), undefined))
      expect.unreachable()
    } catch (error) {
      expect(error).toMatchObject({ code: 'invalid_state', hint: expect.stringContaining('http://localhost:7717') })
    }
  }
})

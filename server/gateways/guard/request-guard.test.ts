import { describe, expect, it } from 'vitest'
import { judgeCookieUse, judgeOrigin, judgeTransport } from './request-guard'

const bound = { host: '127.0.0.1', port: 7717 }
const host = '127.0.0.1:7717'
const request = (headers: Record<string, string>, over: { method?: string; upgrade?: boolean } = {}) => ({
  method: over.method ?? 'GET',
  headers: { host, ...headers },
  upgrade: over.upgrade ?? false,
})

describe('judgeOrigin', () => {
  it('lets the own origin, no origin and a visit from elsewhere through', () => {
    expect(judgeOrigin(request({ origin: `http://${host}` }), bound)).toBeNull()
    expect(judgeOrigin(request({}), bound)).toBeNull()
    expect(judgeOrigin(request({ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }), bound)).toBeNull()
  })

  it.each(['null', 'http://evil.com', 'http://127.0.0.1:7718', 'http://127.0.0.1.evil.com:7717'])(
    'refuses origin %s on requests and upgrades',
    (origin) => {
      expect(judgeOrigin(request({ origin }), bound)).not.toBeNull()
      expect(judgeOrigin(request({ origin }, { upgrade: true }), bound)).not.toBeNull()
    },
  )

  it('refuses a foreign host', () => {
    expect(judgeOrigin(request({ host: 'evil.com' }), bound)).not.toBeNull()
  })

  it('refuses cross-site calls and sockets, whatever they claim to be', () => {
    const foreign = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }
    expect(judgeOrigin(request(foreign, { method: 'POST' }), bound)).not.toBeNull()
    expect(judgeOrigin(request(foreign, { upgrade: true }), bound)).not.toBeNull()
    expect(judgeOrigin(request({ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }), bound)).not.toBeNull()
  })
})

describe('judgeCookieUse', () => {
  it('asks sockets for an Origin and calls for the custom header', () => {
    expect(judgeCookieUse(request({}, { upgrade: true }))).not.toBeNull()
    expect(judgeCookieUse(request({ origin: `http://${host}` }, { upgrade: true }))).toBeNull()
    expect(judgeCookieUse(request({}, { method: 'POST' }))).not.toBeNull()
    expect(judgeCookieUse(request({ 'x-stratavore': '1' }, { method: 'POST' }))).toBeNull()
    expect(judgeCookieUse(request({}))).toBeNull()
  })
})

describe('judgeTransport', () => {
  const from = (address: string, secure: boolean, local = false) => ({ address, secure, host, proxied: false, local })
  it('serves plain HTTP to this machine only, unless somebody says otherwise', () => {
    expect(judgeTransport(from('127.0.0.1', false, true), { allowPlainHttp: false })).toBeNull()
    // The address alone says nothing: somebody may have said it for them.
    for (const address of ['127.0.0.1', '::1', '10.0.0.1', '2001:db8::1', '', '127.0.0.1.evil.com']) {
      expect(judgeTransport(from(address, false), { allowPlainHttp: false })).not.toBeNull()
      expect(judgeTransport(from(address, true), { allowPlainHttp: false })).toBeNull()
      expect(judgeTransport(from(address, false), { allowPlainHttp: true })).toBeNull()
    }
  })
})

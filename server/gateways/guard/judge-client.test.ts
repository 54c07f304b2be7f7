import { expect, it } from 'vitest'
import { networkMatcher } from '@/config/network-list'
import { asPublished, FORWARDING_HEADERS, judgeClient } from './judge-client'

const isProxy = networkMatcher(['10.0.0.0/8', '::1'])
const judge = (remoteAddress: string, headers: Record<string, string> = {}, encrypted = false) =>
  judgeClient({ remoteAddress, encrypted, headers: { host: 'own:7717', ...headers } }, isProxy)

it('believes nobody but a declared proxy', () => {
  const forged = { 'x-forwarded-for': '1.1.1.1', 'x-forwarded-proto': 'https', 'x-forwarded-host': 'evil.com' }
  for (const address of ['192.168.1.7', '127.0.0.1', '11.0.0.1', '::2', ''])
    expect(judge(address, forged)).toEqual({ address, secure: false, host: 'own:7717', proxied: false, local: false })
})

it('takes the right-most hop that is no proxy: what is left of it the client may have written itself', () => {
  const of = (list: string) => judge('10.0.0.1', { 'x-forwarded-for': list }).address
  expect(of('203.0.113.9')).toBe('203.0.113.9')
  expect(of('127.0.0.1, 203.0.113.9')).toBe('203.0.113.9')
  // A client inside the network of the proxies says that it is this machine.
  for (const own of ['127.0.0.1', '::1', '::ffff:127.0.0.1', '127.9.9.9, 10.0.0.7'])
    expect(of(own)).not.toMatch(/^127|^::1$/)
  expect(of('127.0.0.1, 203.0.113.9, 10.0.0.7')).toBe('203.0.113.9')
  expect(of('10.0.0.9, 10.0.0.7')).toBe('10.0.0.9')
})

it('reads addresses as proxies write them, and stops at what is none', () => {
  const of = (list: string) => judge('10.0.0.1', { 'x-forwarded-for': list }).address
  expect(of('[2001:db8::1]:4711')).toBe('2001:db8::1')
  expect(of('203.0.113.9:4711')).toBe('203.0.113.9')
  expect(of('::ffff:203.0.113.9')).toBe('203.0.113.9')
  for (const nonsense of ['unknown', '', 'evil, ', '203.0.113.9, x']) expect(of(nonsense)).toBe('10.0.0.1')
})

it('takes scheme and host from a proxy, of several the one that is nearest', () => {
  const headers = { 'x-forwarded-proto': 'http, https', 'x-forwarded-host': 'evil.com, phone.example' }
  expect(judge('10.0.0.1', headers)).toMatchObject({ secure: true, host: 'phone.example', proxied: true })
  expect(judge('10.0.0.1', { 'x-forwarded-proto': 'https, http' }).secure).toBe(false)
  expect(judge('10.0.0.1', { 'x-forwarded-proto': 'http' }, true).secure).toBe(false)
  expect(judge('10.0.0.1', {}, true)).toMatchObject({ secure: true, host: 'own:7717' })
})

it('knows a proxy by either form of its address', () => {
  expect(judge('::ffff:10.0.0.1', { 'x-forwarded-for': '203.0.113.9' }).address).toBe('203.0.113.9')
  expect(judge('::1', { 'x-forwarded-for': '203.0.113.9' }).address).toBe('203.0.113.9')
})

it('takes for this machine only what comes over its loopback and is passed on for nobody', () => {
  const bare = (address: string, headers = {}) => judge(address, headers).local
  for (const address of ['127.0.0.1', '::1', '::ffff:127.0.0.1', '127.3.2.1']) expect(bare(address)).toBe(true)
  for (const address of ['10.0.0.1', '192.168.1.7', '']) {
    expect(bare(address)).toBe(false)
    for (const own of ['127.0.0.1', '::1']) expect(bare(address, { 'x-forwarded-for': own })).toBe(false)
  }
  // A proxy of this machine, declared (::1) or not, passes on for others, whoever they say they are.
  for (const address of ['127.0.0.1', '::1'])
    for (const name of FORWARDING_HEADERS) expect(bare(address, { [name]: '127.0.0.1' }), name).toBe(false)
})

it('knows what comes by the published https address as secure, of who is let in without TLS only', () => {
  const secure = (address: string, host: string, publicUrl?: string, allowPlainHttp = false) =>
    asPublished(
      { address, secure: false, host, proxied: false, local: address === '127.0.0.1' },
      { allowPlainHttp, publicUrl },
    ).secure
  expect(secure('127.0.0.1', 'me.example', 'https://me.example')).toBe(true)
  expect(secure('10.0.0.9', 'me.example', 'https://me.example', true)).toBe(true)
  // Whoever writes that host from elsewhere has not come by TLS for it.
  expect(secure('10.0.0.9', 'me.example', 'https://me.example')).toBe(false)
  expect(secure('127.0.0.1', '127.0.0.1:7717', 'https://me.example')).toBe(false)
  expect(secure('127.0.0.1', 'me.example', 'http://me.example')).toBe(false)
  expect(secure('127.0.0.1', 'me.example')).toBe(false)
})

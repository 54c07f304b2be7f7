import { expect, it } from 'vitest'
import { clientBlock } from './client-block'

it('is the address, or the network of an IPv6 address however it is written', () => {
  expect(clientBlock('203.0.113.9')).toBe('203.0.113.9')
  expect(clientBlock('::ffff:203.0.113.9')).toBe('203.0.113.9')
  for (const one of ['2001:db8:0:7::1', '2001:0DB8:0:7:ffff:1:2:3', '2001:db8::7:0:0:0:9', '2001:db8:0:7::1.2.3.4'])
    expect(clientBlock(one)).toBe('2001:db8:0:7::/64')
  expect(clientBlock('2001:db8:0:8::1')).toBe('2001:db8:0:8::/64')
  expect(clientBlock('fe80::1%eth0')).toBe('fe80:0:0:0::/64')
  expect(clientBlock('::1')).toBe('0:0:0:0::/64')
  expect(clientBlock('')).toBe('')
})

import { expect, it } from 'vitest'
import { networkList, networkMatcher } from './network-list'

it('reads a text with commas, and a list', () => {
  expect(networkList.parse(' 10.0.0.5, 192.168.0.0/16 ,fd00::/8')).toEqual(['10.0.0.5', '192.168.0.0/16', 'fd00::/8'])
  expect(networkList.parse(['::1'])).toEqual(['::1'])
  expect(networkList.parse('')).toEqual([])
})

it.each([
  'localhost',
  '10.0.0.0/33',
  '10.0.0',
  '10.0.0.0/8/8',
  '10.0.0.0/',
  '::1/129',
  'fe80::1%eth0',
  '*',
  '010.0.0.1',
])('refuses %s', (text) => {
  expect(networkList.safeParse([text]).success).toBe(false)
})

it('matches exactly what lies within', () => {
  const matches = networkMatcher(['10.1.0.0/16', '192.0.2.5', 'fd00::/8'])
  for (const address of ['10.1.0.0', '10.1.255.255', '192.0.2.5', '::ffff:10.1.2.3', 'fd12::1'])
    expect(matches(address)).toBe(true)
  for (const address of ['10.2.0.0', '192.0.2.6', 'fe00::1', '', 'x', '::1']) expect(matches(address)).toBe(false)
  expect(networkMatcher([])('127.0.0.1')).toBe(false)
})

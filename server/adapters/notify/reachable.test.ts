import { expect, it } from 'vitest'
import { AddressRefused, guardedLookup, judgeAddress, judgeLiteral } from './reachable'

const strict = judgeAddress([])
const refuses = (judge: (address: string) => void, address: string) => {
  try {
    judge(address)
    return false
  } catch (error) {
    expect(error).toBeInstanceOf(AddressRefused)
    return true
  }
}

it.each([
  '169.254.169.254',
  '169.254.0.1',
  '100.100.100.200',
  '0.0.0.0',
  '255.255.255.255',
  '224.0.0.1',
  'fe80::1',
  'fd00:ec2::254',
  '::',
  '::ffff:169.254.169.254',
  '::ffff:a9fe:a9fe',
  '64:ff9b::a9fe:a9fe',
  '2002:a9fe:a9fe::1',
  '::a9fe:a9fe',
])('never calls %s, whatever is allowed', (address) => {
  expect(refuses(strict, address)).toBe(true)
  expect(refuses(judgeAddress(['0.0.0.0/0', '::/0']), address)).toBe(true)
})

it.each([
  '127.0.0.1',
  '10.1.2.3',
  '192.168.1.1',
  '172.31.0.1',
  '100.64.0.1',
  '::1',
  'fd12::1',
  '::ffff:127.0.0.1',
  '::ffff:7f00:1',
])('calls %s only where it is allowed', (address) => {
  expect(refuses(strict, address)).toBe(true)
  expect(refuses(judgeAddress(['0.0.0.0/0', '::/0']), address)).toBe(false)
})

it('calls everybody else, and allows no more than was named', () => {
  for (const address of ['93.184.216.34', '172.32.0.1', '2606:4700::1111']) expect(refuses(strict, address)).toBe(false)
  const home = judgeAddress(['192.168.1.0/24'])
  expect([refuses(home, '192.168.1.9'), refuses(home, '192.168.2.9'), refuses(home, '127.0.0.1')]).toEqual([
    false,
    true,
    true,
  ])
})

it.each([
  'http://169.254.169.254/latest',
  'http://[fe80::1]/',
  'http://2852039166/',
  'http://0xa9fea9fe/',
  'http://[::ffff:a9fe:a9fe]/',
])('sees through %s, however it is written', (url) => {
  expect(() => judgeLiteral(new URL(url), strict)).toThrow(AddressRefused)
})

it('yields of a name only addresses that may be called', async () => {
  const look = (judge: typeof strict) =>
    new Promise((resolve) => {
      guardedLookup(judge)('localhost', { all: true }, (error, found) => resolve(error ?? found))
    })
  expect(await look(strict)).toBeInstanceOf(AddressRefused)
  expect(await look(judgeAddress(['127.0.0.0/8']))).toEqual([{ address: '127.0.0.1', family: 4 }])
})

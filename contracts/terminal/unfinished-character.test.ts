import { expect, it } from 'vitest'
import { unfinishedBytes } from './unfinished-character'

it('tells how much of a character is there, at every cut', () => {
  for (const character of ['a', 'é', '日', '👍']) {
    const whole = Buffer.from(`x${character}`)
    expect(unfinishedBytes(whole)).toBe(0)
    for (let at = 2; at < whole.length; at += 1) expect(unfinishedBytes(whole.subarray(0, at))).toBe(at - 1)
  }
})

it('waits for nothing that cannot become a character', () => {
  expect(unfinishedBytes(Buffer.from([0xff]))).toBe(0)
  expect(unfinishedBytes(Buffer.from([0x80, 0x80, 0x80]))).toBe(0)
  expect(unfinishedBytes(Buffer.alloc(0))).toBe(0)
})

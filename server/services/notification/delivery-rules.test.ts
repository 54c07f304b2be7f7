import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { type KeyRing, sealingKey } from '../../core/key-ring'
import { seal } from '../../core/secret-box'
import { openAction, sealAction } from './action-token'
import { retryDelayMs } from './retry-policy'
import { type Bucket, takeToken } from './token-bucket'

function ringOf(secret: Buffer): KeyRing {
  const key = sealingKey(secret)
  return { current: () => key, all: () => [key] }
}

describe('takeToken', () => {
  const rate = { burst: 3, everyMs: 1000 }
  it('gives a burst, then one at a time, and never saves up more than a burst', () => {
    let bucket: Bucket = { tokens: 3, atMs: 0 }
    const take = (nowMs: number) => {
      const taken = takeToken(rate, bucket, nowMs)
      bucket = taken.bucket
      return taken.waitMs
    }
    expect([take(0), take(0), take(0)]).toEqual([0, 0, 0])
    expect(take(0)).toBe(1000)
    expect(take(400)).toBe(600)
    expect(take(1000)).toBe(0)
    expect(take(1_000_000)).toBe(0)
    expect([take(1_000_000), take(1_000_000)]).toEqual([0, 0])
    expect(take(1_000_000)).toBe(1000)
  })
})

describe('retryDelayMs', () => {
  it('doubles up to a cap, with jitter, and waits as long as it is asked to', () => {
    expect([1, 2, 3].map((failures) => retryDelayMs(failures, null, 0))).toEqual([2_500, 5_000, 10_000])
    expect(retryDelayMs(1, null, 0.999)).toBeLessThanOrEqual(5_000)
    expect(retryDelayMs(500, null, 0.999)).toBeLessThanOrEqual(600_000)
    expect(retryDelayMs(1, 90_000, 0)).toBe(90_000)
    expect(retryDelayMs(1, 999_999_999, 0)).toBe(3_600_000)
  })
})

describe('action tokens', () => {
  const key = ringOf(randomBytes(32))
  const grant = { action: 'stop', runnerId: '3b1f8a52-6a0e-4a6a-9c5b-0f6a5a1b2c3d', epoch: 2, expires: 5 } as const
  it('are read by who made them, are safe in a URL, and no two are alike', () => {
    const token = sealAction(key, grant)
    expect(token).toMatch(/^[\w-]{1,512}$/)
    expect(openAction(key, token)).toEqual(grant)
    expect(sealAction(key, grant)).not.toBe(token)
  })
  it('are not read when forged, changed, made for another use or by another installation', () => {
    const token = sealAction(key, grant)
    const flipped = `${token.slice(0, 10)}${token[10] === 'A' ? 'B' : 'A'}${token.slice(11)}`
    const other = Buffer.from(seal(key, 'project-variable:x:Y', JSON.stringify(grant))).toString('base64url')
    for (const bad of [
      '',
      'x',
      flipped,
      `${token}A`,
      other,
      token.slice(0, -4),
      'a'.repeat(600),
      '../../etc',
      `${token}=`,
    ])
      expect(openAction(key, bad)).toBeNull()
    expect(openAction(ringOf(randomBytes(32)), token)).toBeNull()
  })
})

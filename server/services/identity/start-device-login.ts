import { randomInt } from 'node:crypto'
import type { z } from 'zod'
import type { deviceLoginInput, deviceLoginStarted } from '@/contracts/identity/identity'
import { StratavoreError } from '../../core/errors'
import { hashToken, newToken } from '../../core/token'
import type { SharedServices } from '../service-context'

const LIFETIME_S = 10 * 60
/** Seconds between two polls of one CLI. */
export const POLL_INTERVAL_S = 3
/** RFC 8628, 6.1: 20 letters, eight of them are 34 bits, of which a signed-in user may try few. */
const LETTERS = 'BCDFGHJKLMNPQRSTVWXZ'
const CODE_LETTERS = 8
/** CLIs that may wait at once, of everybody: it needs no sign-in to begin. */
const MAX_WAITING = 1_000

/** Begins a login that a signed-in browser is to allow. Nobody is signed in yet, so nothing is audited yet. */
export async function startDeviceLogin(
  ctx: SharedServices,
  input: z.output<typeof deviceLoginInput> & { address: string | null },
): Promise<z.output<typeof deviceLoginStarted>> {
  const now = ctx.clock.now()
  const table = ctx.db.prisma.deviceLogin
  await table.deleteMany({ where: { expiresAt: { lte: now } } })
  if ((await table.count()) >= MAX_WAITING)
    throw new StratavoreError('rate_limited', 'Too many logins are waiting.', { hint: 'Try again in a few minutes.' })
  const deviceCode = newToken('svd')
  const letters = Array.from({ length: CODE_LETTERS }, () => LETTERS[randomInt(LETTERS.length)]).join('')
  await table.create({
    data: {
      deviceCodeHash: hashToken(deviceCode),
      userCodeHash: hashToken(letters),
      clientName: input.client,
      address: input.address,
      scopes: [...new Set(input.scopes)],
      tokenDays: input.days,
      createdAt: now,
      expiresAt: new Date(now.getTime() + LIFETIME_S * 1000),
    },
  })
  const userCode = `${letters.slice(0, CODE_LETTERS / 2)}-${letters.slice(CODE_LETTERS / 2)}`
  return { deviceCode, userCode, expiresInSeconds: LIFETIME_S, interval: POLL_INTERVAL_S }
}

import { RateLimiterMemory } from 'rate-limiter-flexible'
import type { DeviceLogin } from '@/contracts/identity/identity'
import { clientBlock } from '../../core/client-block'
import { StratavoreError } from '../../core/errors'
import { hashToken } from '../../core/token'
import { withTransaction } from '../../db/database'
import { recordChange } from '../audit/record-change'
import type { ServiceContext } from '../service-context'
import { requireLiveCaller } from './require-live-caller'

const gone = (): StratavoreError =>
  new StratavoreError('not_found', 'No CLI waits with this code.', { hint: 'Run `stratavore login` for a new one.' })

/** Codes one user may try; with 34 bits in a code, guessing one that waits is hopeless. */
const tries = new RateLimiterMemory({ keyPrefix: 'device-code', points: 20, duration: 10 * 60 })

/**
 * The CLI that waits with this code (letters only). Throws `not_found` for one that is unknown, late or answered, and
 * `rate_limited` for who tries many.
 */
export async function findDeviceLogin(
  ctx: ServiceContext,
  input: { code: string; userId: string },
): Promise<DeviceLogin> {
  if ((await tries.penalty(input.userId)).consumedPoints > tries.points)
    throw new StratavoreError('rate_limited', 'Too many codes were tried.', { hint: 'Try again in ten minutes.' })
  const row = await ctx.db.prisma.deviceLogin.findFirst({
    where: { userCodeHash: hashToken(input.code), answeredAt: null, expiresAt: { gt: ctx.clock.now() } },
  })
  if (!row) throw gone()
  const { id, clientName: client, address, scopes, tokenDays } = row
  const own = ctx.source?.address ?? null
  const fromHere = own !== null && address !== null && clientBlock(own) === clientBlock(address)
  return { id, client, address, fromHere, scopes, tokenDays, startedAt: row.createdAt.toISOString() }
}

/** Allows or denies it, once. The token is made when the CLI comes for it, so that it is nowhere in between. */
export async function answerDeviceLogin(
  ctx: ServiceContext,
  input: { id: string; allow: boolean; userId: string },
): Promise<void> {
  const { id, allow, userId } = input
  await withTransaction(ctx.db, async (tx) => {
    await requireLiveCaller(ctx, tx)
    const now = ctx.clock.now()
    const [row] = await tx.deviceLogin.updateManyAndReturn({
      where: { id, answeredAt: null, expiresAt: { gt: now } },
      data: { answeredAt: now, allowed: allow, userId },
    })
    if (!row) throw gone()
    const { clientName: client, address, scopes } = row
    const target = { type: 'device_login', id }
    const action = allow ? 'auth.allow_device' : 'auth.deny_device'
    await recordChange(ctx, tx, { action, target, data: { client, address, scopes } }, [])
  })
}

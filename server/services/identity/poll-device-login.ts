import { tokenScope } from '@/contracts/access/access'
import { type DeviceLoginOutcome, MAX_TOKEN_NAME_LENGTH } from '@/contracts/identity/identity'
import { FULL_ACCESS } from '../../core/access/access'
import { hashToken } from '../../core/token'
import { type Tx, withTransaction } from '../../db/database'
import type { SharedServices } from '../service-context'
import { insertToken } from './create-token'
import { shareWaysIn } from './hold-ways-in'
import { liveToken } from './live-session'
import { POLL_INTERVAL_S } from './start-device-login'

/** Polls that come this much too early are clocks and networks. */
const EARLY_MS = 500

/**
 * What became of a login that a CLI began. Once it is allowed, one poll gets the token, and no other ever. One that comes
 * too often is told to wait longer.
 */
export async function pollDeviceLogin(ctx: SharedServices, input: { deviceCode: string }): Promise<DeviceLoginOutcome> {
  const now = ctx.clock.now()
  const deviceCodeHash = hashToken(input.deviceCode)
  return withTransaction(ctx.db, async (tx): Promise<DeviceLoginOutcome> => {
    const row = await tx.deviceLogin.findFirst({ where: { deviceCodeHash, usedAt: null, expiresAt: { gt: now } } })
    if (!row) return { state: 'expired' }
    if (row.answeredAt === null) {
      const early = row.polledAt !== null && now.getTime() - row.polledAt.getTime() < POLL_INTERVAL_S * 1000 - EARLY_MS
      await tx.deviceLogin.update({ where: { id: row.id }, data: { polledAt: now } })
      return { state: 'pending', interval: early ? POLL_INTERVAL_S * 2 : POLL_INTERVAL_S }
    }
    const user = row.allowed && row.userId !== null ? await shareWaysIn(tx, row.userId) : null
    if (!user) return { state: 'denied' }
    const used = await tx.deviceLogin.updateMany({ where: { id: row.id, usedAt: null }, data: { usedAt: now } })
    if (used.count !== 1) return { state: 'expired' }
    const actor = { kind: 'user', id: user.id, name: user.name, via: 'cli' } as const
    const token = await insertToken(
      { ...ctx, actor, access: FULL_ACCESS },
      tx,
      {
        userId: user.id,
        name: await freeName(tx, user.id, row.clientName, now),
        scopes: row.scopes.map((scope) => tokenScope.parse(scope)),
        days: row.tokenDays,
        notAfter: null,
      },
      { deviceLoginId: row.id, address: row.address },
    )
    return { state: 'allowed', token }
  })
}

/** The name of the machine, with a number behind it when there is a token of that name: one may log in twice. */
async function freeName(tx: Tx, userId: string, wanted: string, now: Date): Promise<string> {
  const rows = await tx.apiToken.findMany({ where: { userId, ...liveToken(now) }, select: { name: true } })
  const taken = new Set(rows.map(({ name }) => name))
  let name = wanted
  for (let number = 2; taken.has(name); number++) {
    const suffix = ` ${number}`
    name = wanted.slice(0, MAX_TOKEN_NAME_LENGTH - suffix.length) + suffix
  }
  return name
}

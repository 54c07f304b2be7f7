import { hashToken } from '../../core/token'
import type { SharedServices } from '../service-context'

/** Whom a one-time login code would sign in; null for a code that is unknown, used or expired. Uses nothing up. */
export async function whoseLoginCode(
  ctx: Pick<SharedServices, 'db' | 'clock'>,
  code: string,
): Promise<{ id: string; name: string } | null> {
  const row = await ctx.db.prisma.loginCode.findFirst({
    where: { codeHash: hashToken(code), usedAt: null, expiresAt: { gt: ctx.clock.now() }, user: { disabledAt: null } },
    select: { user: { select: { id: true, name: true } } },
  })
  return row?.user ?? null
}

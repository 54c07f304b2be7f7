import type { ServiceContext } from '../service-context'

/** Which of these credentials (ids of browser sessions and API tokens) still open anything. */
export async function validCredentials(
  ctx: Pick<ServiceContext, 'db' | 'clock'>,
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  const now = ctx.clock.now()
  const where = { id: { in: [...ids] }, revokedAt: null, user: { disabledAt: null } }
  const [sessions, tokens] = await Promise.all([
    ctx.db.prisma.webSession.findMany({ where: { ...where, expiresAt: { gt: now } }, select: { id: true } }),
    ctx.db.prisma.apiToken.findMany({
      where: { ...where, OR: [{ expiresAt: null }, { expiresAt: { gt: now } }] },
      select: { id: true },
    }),
  ])
  return new Set([...sessions, ...tokens].map((row) => row.id))
}

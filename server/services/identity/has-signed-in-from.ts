import { clientBlock } from '../../core/client-block'
import type { SharedServices } from '../service-context'

const KNOWN_FOR_MS = 30 * 24 * 60 * 60_000

/** Whether the user of this name has signed a browser in from that address's network of late. */
export async function hasSignedInFrom(
  ctx: Pick<SharedServices, 'db' | 'clock'>,
  name: string,
  address: string,
): Promise<boolean> {
  const rows = await ctx.db.prisma.webSession.findMany({
    where: {
      user: { name },
      createdAt: { gt: new Date(ctx.clock.now().getTime() - KNOWN_FOR_MS) },
      address: { not: null },
    },
    distinct: ['address'],
    select: { address: true },
  })
  const block = clientBlock(address)
  return rows.some((row) => row.address !== null && clientBlock(row.address) === block)
}

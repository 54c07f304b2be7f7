import type { Database } from '../../db/database'

/** On which node each of these runners is; those that do not exist are left out. */
export async function nodesOfRunners(db: Database, runnerIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const rows = await db.prisma.runner.findMany({
    where: { id: { in: [...runnerIds] } },
    select: { id: true, nodeId: true },
  })
  return new Map(rows.map(({ id, nodeId }) => [id, nodeId]))
}

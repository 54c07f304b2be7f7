import type { Tx } from '../../db/database'

/**
 * Holds the row of a node, where there is one, until the commit: whoever gives it certificates or takes them away does so
 * one after the other. What was judged before this lock may be true no more. Runners can be launched on it meanwhile.
 */
export async function lockNode(tx: Tx, name: string): Promise<void> {
  await tx.$queryRaw`SELECT 1 FROM nodes WHERE name = ${name} FOR NO KEY UPDATE`
}

/** The same by its id. */
export async function lockNodeById(tx: Tx, id: string): Promise<void> {
  await tx.$queryRaw`SELECT 1 FROM nodes WHERE id = ${id}::uuid FOR NO KEY UPDATE`
}

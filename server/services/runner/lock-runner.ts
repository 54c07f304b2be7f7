import { notFound } from '../../core/errors'
import type { Tx } from '../../db/database'
import type { Prisma } from '../../db/generated/client'

export type LockedRunner = Prisma.RunnerGetPayload<{ include: { project: true } }>

/** Reads a runner and holds its row until the commit, so that what is decided from it stays true. Throws `not_found`. */
export async function lockRunner(tx: Tx, id: string): Promise<LockedRunner> {
  const runner = await findAndLockRunner(tx, id)
  if (!runner) throw notFound('runner', id)
  return runner
}

/** The same, with null for a runner that is not there. */
export async function findAndLockRunner(tx: Tx, id: string): Promise<LockedRunner | null> {
  await tx.$queryRaw`SELECT 1 FROM runners WHERE id = ${id}::uuid FOR UPDATE`
  return tx.runner.findUnique({ where: { id }, include: { project: true } })
}

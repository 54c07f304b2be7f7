import { type AccessContext, requireInProject } from '../../core/access/access'
import { notFound } from '../../core/errors'
import type { Tx } from '../../db/database'
import type { Prisma } from '../../db/generated/client'

export type LockedRunner = Prisma.RunnerGetPayload<{ include: { project: true } }>

/**
 * Reads a runner for whoever asks and holds its row until the commit, so that what is decided from it stays true. Throws
 * `not_found`, `forbidden`.
 */
export async function lockRunner(ctx: AccessContext, tx: Tx, id: string): Promise<LockedRunner> {
  const runner = await findAndLockRunner(tx, id)
  if (!runner) throw notFound('runner', id)
  requireInProject(ctx, runner.projectId, { type: 'runner', ref: id })
  return runner
}

/** The same for the system itself, with null for a runner that is not there. */
export async function findAndLockRunner(tx: Tx, id: string): Promise<LockedRunner | null> {
  await tx.$queryRaw`SELECT 1 FROM runners WHERE id = ${id}::uuid FOR UPDATE`
  return tx.runner.findUnique({ where: { id }, include: { project: true } })
}

import { uuid } from '@/contracts/primitives'
import { notFound } from '../../core/errors'
import type { Tx } from '../../db/database'

/** A node that has not been removed, by name or id. Throws `not_found`. */
export async function findNode(tx: Pick<Tx, 'node'>, ref: string) {
  const byId = uuid.safeParse(ref).success
  const row = await tx.node.findFirst({ where: { ...(byId ? { id: ref } : { name: ref }), removedAt: null } })
  if (!row) throw notFound('node', ref)
  return row
}

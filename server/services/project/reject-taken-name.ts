import { StratavoreError } from '../../core/errors'
import type { Tx } from '../../db/database'
import { lockKey } from '../../db/locks'
import { projectNameKey } from './find-project'

/** Throws `conflict` when another living project has this name; holds the name until the commit otherwise. */
export async function rejectTakenName(tx: Tx, name: string, ownId: string | null): Promise<void> {
  const nameKey = projectNameKey(name)
  await lockKey(tx, `project-name:${nameKey}`)
  const other = await tx.project.findUnique({ where: { nameKey } })
  if (other && other.id !== ownId) {
    throw new StratavoreError('conflict', `A project named ${other.name} exists already.`, {
      hint: `It is at ${other.path}. Choose another name, or use that one.`,
    })
  }
}

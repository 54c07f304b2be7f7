import type { Tx } from '../../db/database'
import { lockKey } from '../../db/locks'

/** Serialises everything that counts or takes a project's runner slots, until the commit. */
export const lockProject = (tx: Tx, projectId: string): Promise<void> => lockKey(tx, `project-slots:${projectId}`)

import type { Tx } from '../../db/database'
import { WAKE_CHANNEL } from '../../db/listen'
import { notify } from '../../db/notify'

/** Tells the daemon, once this transaction commits, that the runner needs looking at. */
export const wake = (tx: Tx, runnerId: string): Promise<void> => notify(tx, WAKE_CHANNEL, runnerId)

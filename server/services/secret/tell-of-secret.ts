import type { Tx } from '../../db/database'
import { SECRETS_CHANNEL } from '../../db/listen'
import { notify } from '../../db/notify'

/** Tells the other processes, once this transaction commits, that there is a secret to know. */
export const tellOfSecret = (tx: Tx): Promise<void> => notify(tx, SECRETS_CHANNEL)

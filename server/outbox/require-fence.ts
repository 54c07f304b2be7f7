import { StratavoreError } from '../core/errors'
import type { Fence } from '../core/fence'
import type { Tx } from '../db/database'

/** Throws `conflict` when the epoch found is not the one its daemon believes to lead in. */
export function judgeFence(fence: Fence, found: bigint | undefined): void {
  const expected = fence.epoch()
  if (found === expected) return
  throw new StratavoreError('conflict', `Another daemon leads: epoch ${found ?? 'unknown'}, not ${expected}.`)
}

/**
 * Makes sure that whoever writes here still leads, until this transaction ends: the next leader's first step waits for
 * it. Throws `conflict` when another one leads, `unavailable` when nobody knows. Without a fence nothing is checked.
 * Only for what does not go through `takeCommitOrder`, which checks by itself.
 */
export async function requireFence(tx: Tx, fence: Fence | undefined): Promise<void> {
  if (!fence) return
  const rows = await tx.$queryRaw<{ epoch: bigint }[]>`SELECT epoch FROM daemon_lease WHERE id = 1 FOR SHARE`
  judgeFence(fence, rows[0]?.epoch)
}

import { notFound } from '../../core/errors'
import { withTransaction } from '../../db/database'
import { recordChange } from '../audit/record-change'
import type { ServiceContext } from '../service-context'

/**
 * Forgets how far transcripts were read, of one node or of all, so that they are read anew from their beginning. The ledger
 * keeps what it has: what is read again counts nothing twice. Returns how many files it concerns.
 */
export async function reindexTranscripts(ctx: ServiceContext, input: { node?: string }): Promise<{ files: number }> {
  return withTransaction(ctx.db, async (tx) => {
    const node = input.node === undefined ? null : await tx.node.findUnique({ where: { name: input.node } })
    if (input.node !== undefined && node === null) throw notFound('node', input.node)
    const { count } = await tx.transcriptFile.deleteMany({ where: node === null ? {} : { nodeId: node.id } })
    const target = { type: 'node', id: node?.id ?? 'all' }
    await recordChange(ctx, tx, { action: 'usage.reindex', target, data: { files: count } }, [])
    return { files: count }
  })
}

import type { ApprovalRequested } from '@/contracts/agent-protocol/approval'
import { redactJson } from '@/contracts/redaction/redact-text'
import { isEnded } from '@/contracts/runner/status'
import { notFound, StratavoreError } from '../../core/errors'
import { withTransaction } from '../../db/database'
import { storableJson, storableText } from '../../db/storable-json'
import { recordChange } from '../audit/record-change'
import { findAndLockRunner } from '../runner/lock-runner'
import type { ApprovalContext } from './approval-context'

/**
 * Takes note that a program on this node asks. Told again it does nothing. Throws `not_found` for a runner that is not
 * there, and `conflict` for one whose life is over: whoever asked is gone.
 */
export async function recordApproval(ctx: ApprovalContext, nodeId: string, request: ApprovalRequested): Promise<void> {
  await withTransaction(ctx.db, async (tx) => {
    const runner = await findAndLockRunner(tx, request.runnerId)
    if (!runner || runner.nodeId !== nodeId) throw notFound('runner', request.runnerId)
    if (runner.epoch !== request.epoch || isEnded(runner.status))
      throw new StratavoreError('conflict', 'The life of the runner that asked is over.')
    // Its agent has done so already, with all it knows; one of another version may not have.
    const { redact } = ctx.keys.known
    const { approvalId: id, kind } = request
    const suggestions = redactJson(request.suggestions, redact)
    const toolName = storableText(request.toolName)
    const summary = storableText(redact(request.summary))
    if (await tx.approval.findUnique({ where: { id }, select: { id: true } })) return
    const session = await tx.session.findUnique({
      where: {
        provider_providerSessionId: { provider: runner.provider, providerSessionId: request.providerSessionId },
      },
      select: { id: true },
    })
    await tx.approval.create({
      data: {
        id,
        runnerId: runner.id,
        epoch: runner.epoch,
        sessionId: session?.id ?? runner.sessionId,
        subagentId: request.subagentId,
        kind,
        toolName,
        toolInput: storableJson(redactJson(request.toolInput, redact)),
        suggestions: storableJson(suggestions),
        summary,
        requestedAt: ctx.clock.now(),
      },
    })
    const data = { approvalId: id, kind, toolName, summary, offers: suggestions.length }
    const subject = { type: 'runner', id: runner.id }
    await recordChange(ctx, tx, null, [{ type: 'approval.requested', subject, project: runner.project.name, data }])
  })
}

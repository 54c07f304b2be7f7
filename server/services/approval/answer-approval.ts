import { z } from 'zod'
import { type Approval, approvalAnswer, type approvalAnswerInput } from '@/contracts/approval/approval'
import { requireInProject } from '../../core/access/access'
import { notFound } from '../../core/errors'
import { withTransaction } from '../../db/database'
import { recordChange } from '../audit/record-change'
import { wake } from '../runner/wake-runner'
import { holdText } from '../secret/hold-text'
import { answerContext } from '../secret/sealed-values'
import type { ApprovalContext } from './approval-context'
import { approvalInclude, approvalToApi, suggestionsOf } from './approval-to-api'
import { judgeAnswer, tooLate } from './judge-answer'

/**
 * Answers what a program asks, once: of two answers at the same moment one is taken. The daemon passes it on. Throws
 * `not_found`, `forbidden`, `conflict` saying what happened when it is not asked any more, `invalid_input`.
 */
export async function answerApproval(
  ctx: ApprovalContext,
  input: z.output<typeof approvalAnswerInput>,
): Promise<Approval> {
  const { id, answer } = input
  return withTransaction(ctx.db, async (tx) => {
    const read = async () => {
      const row = await tx.approval.findUnique({ where: { id }, include: approvalInclude })
      if (!row) throw notFound('approval', id)
      requireInProject(ctx, row.runner.projectId, { type: 'approval', ref: id })
      return { row, answer: approvalAnswer.nullable().parse(row.answer) }
    }
    const asked = await read()
    const toolInput = z.record(z.string(), z.unknown()).parse(asked.row.toolInput)
    const offers = suggestionsOf(asked.row).length
    judgeAnswer({ ...asked.row, toolInput, offers, answer: asked.answer }, answer)
    const { actor } = ctx
    const { projectId } = asked.row.runner
    const held = await holdText(ctx, tx, { projectId, context: answerContext(id), text: JSON.stringify(answer) })
    const shown = approvalAnswer.parse(JSON.parse(held.text))
    const taken = await tx.approval.updateMany({
      where: { id, state: 'pending' },
      data: {
        state: 'answered',
        answer: shown,
        answerSealed: held.sealed,
        answeredById: actor.id,
        answeredBy: actor.name,
        answeredVia: actor.via,
        answeredAt: ctx.clock.now(),
      },
    })
    const now = await read()
    if (taken.count === 0) throw tooLate({ ...now.row, answer: now.answer })
    const { runnerId, kind, toolName, summary } = now.row
    const facts = { approvalId: id, kind, toolName, summary }
    const subject = { type: 'runner', id: runnerId }
    await recordChange(ctx, tx, { action: 'approval.answer', target: subject, data: { ...facts, answer: shown } }, [
      {
        type: 'approval.answered',
        subject,
        project: now.row.runner.project.name,
        data: { ...facts, behavior: answer.behavior, answeredBy: actor.name, via: actor.via },
      },
    ])
    await wake(tx, runnerId)
    return approvalToApi(now.row)
  })
}

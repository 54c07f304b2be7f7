import { z } from 'zod'
import { approval, approvalAnswerInput, approvalListInput } from '@/contracts/approval/approval'
import { answerApproval } from '../../services/approval/answer-approval'
import { getApproval, listApprovals } from '../../services/approval/list-approvals'
import { procedure, router } from '../trpc'

export const approvalRouter = router({
  /** What waits for an answer, the oldest first. */
  list: procedure({ may: 'read', of: 'projects', reads: { sensitive: 'approval' } })
    .input(approvalListInput)
    .output(z.array(approval))
    .query(({ ctx, input }) => listApprovals(ctx.services, input)),
  get: procedure({ may: 'read', of: 'project', reads: { sensitive: 'approval', named: 'id' } })
    .input(z.object({ id: approval.shape.id }))
    .output(approval)
    .query(({ ctx, input }) => getApproval(ctx.services, input)),
  /** Once: a second answer is refused, and says what became of the first. */
  answer: procedure({ may: 'approve', of: 'project' })
    .input(approvalAnswerInput)
    .output(approval)
    .mutation(({ ctx, input }) => answerApproval(ctx.services, input)),
})

'use client'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useTRPC } from '@/components/api/client'
import { toastProblem } from '@/components/api/toast-problem'
import type { ApprovalAnswer } from '@/contracts/approval/approval'

/** What waits for an answer, the oldest first; kept true by events. */
export function useOpenApprovals() {
  const trpc = useTRPC()
  return useQuery(trpc.approval.list.queryOptions({}))
}

/** Gives an answer once; a problem is told as what happened to the question meanwhile. */
export function useAnswerApproval() {
  const trpc = useTRPC()
  const queries = useQueryClient()
  const { mutate, isPending } = useMutation(
    trpc.approval.answer.mutationOptions({
      onError: (error) => toastProblem('This was not answered', error),
      onSettled: () => queries.invalidateQueries(trpc.approval.list.pathFilter()),
    }),
  )
  return { answer: (id: string, given: ApprovalAnswer) => mutate({ id, answer: given }), isPending }
}
export type AnswerApproval = ReturnType<typeof useAnswerApproval>

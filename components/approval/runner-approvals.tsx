'use client'
import { ApprovalCard } from './approval-card'
import { useOpenApprovals } from './use-approvals'

/** What one runner asks, beside its terminal. Nothing is shown while it asks nothing. */
export function RunnerApprovals({ runnerId }: { runnerId: string }) {
  const approvals = (useOpenApprovals().data ?? []).filter((approval) => approval.runnerId === runnerId)
  if (approvals.length === 0) return null
  return (
    <section aria-label="What it asks" className="divide-y divide-line bg-warn-wash/40">
      {approvals.map((approval) => (
        <ApprovalCard key={approval.id} approval={approval} runnerTitle={null} />
      ))}
    </section>
  )
}

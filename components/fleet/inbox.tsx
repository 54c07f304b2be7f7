'use client'
import { inboxOf } from '@/components/api/runner-cache'
import { ApprovalCard } from '@/components/approval/approval-card'
import { useAnswerKeys } from '@/components/approval/use-answer-keys'
import { useOpenApprovals } from '@/components/approval/use-approvals'
import { titleOf } from '@/components/runner/runner-state'
import type { Runner } from '@/contracts/runner/runner'
import { WaitingRow } from './waiting-row'

/** What needs a human: questions that can be answered here, then runners that wait otherwise; the longest waiting first. */
export function Inbox({ runners }: { runners: Runner[] }) {
  useAnswerKeys()
  const approvals = useOpenApprovals().data ?? []
  const asking = new Set(approvals.map((approval) => approval.runnerId))
  const waiting = inboxOf(runners).filter((runner) => !asking.has(runner.id))
  const count = approvals.length + waiting.length
  if (count === 0) return null
  const titles = new Map(runners.map((runner) => [runner.id, titleOf(runner)]))
  return (
    <section aria-labelledby="inbox-title" className="overflow-hidden rounded-lg border border-warn/35 bg-surface">
      <h2 id="inbox-title" className="flex h-9 items-center gap-2 border-line border-b bg-warn-wash px-4 font-semibold">
        Needs you
        <span className="font-normal text-ink-soft text-xs">{count}</span>
      </h2>
      <ul className="divide-y divide-line">
        {approvals.map((approval) => (
          <li key={approval.id}>
            <ApprovalCard approval={approval} runnerTitle={titles.get(approval.runnerId) ?? approval.project} />
          </li>
        ))}
        {waiting.map((runner) => (
          <li key={runner.id}>
            <WaitingRow runner={runner} />
          </li>
        ))}
      </ul>
    </section>
  )
}

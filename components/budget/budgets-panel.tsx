'use client'
import { useQuery } from '@tanstack/react-query'
import { Allowed } from '@/components/access/allowed'
import { useTRPC } from '@/components/api/client'
import { LoadFailure } from '@/components/shell/load-failure'
import { Panel, PanelHeader, Skeleton } from '@/components/ui/panel'
import { BudgetForm } from './budget-form'
import { BudgetLine } from './budget-line'

/** Budgets, those nearest to their limit first: all, or those that count for a project. */
export function BudgetsPanel({ project }: { project?: string }) {
  const trpc = useTRPC()
  const budgets = useQuery(trpc.budget.list.queryOptions({ project }))
  const sorted = [...(budgets.data ?? [])].sort((a, b) => b.current.percent - a.current.percent)
  const near = sorted.filter(({ current, enabled }) => enabled && current.percent >= 75).length
  return (
    <Panel aria-label="Budgets">
      <PanelHeader title="Budgets" note={near > 0 && `${near} near the limit`} />
      {budgets.data ? (
        sorted.length === 0 ? (
          <p className="px-4 py-3 text-ink-soft">
            No budget yet. One tells you at 75, 90 and 100 %, and can deny tools, pause or stop runners then.
          </p>
        ) : (
          <ul>
            {sorted.map((budget) => (
              <BudgetLine key={budget.id} budget={budget} />
            ))}
          </ul>
        )
      ) : budgets.error ? (
        <LoadFailure error={budgets.error} />
      ) : (
        <Skeleton className="m-4 h-24" />
      )}
      <Allowed may="admin" where={project === undefined ? 'installation' : { project }}>
        <BudgetForm project={project} />
      </Allowed>
    </Panel>
  )
}

'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Trash2 } from 'lucide-react'
import { Allowed } from '@/components/access/allowed'
import { useTRPC } from '@/components/api/client'
import { toastProblem } from '@/components/api/toast-problem'
import { formatCount } from '@/components/format/quantity'
import { formatMoment } from '@/components/format/time'
import { useNow } from '@/components/format/use-now'
import { Button } from '@/components/ui/button'
import { cn } from '@/components/ui/class-names'
import type { Budget } from '@/contracts/budget/budget'

const RAISE_PERCENT = 20

const WHEN: Record<Budget['policy'], string> = {
  notify: 'tells at 100 %',
  'deny-tools': 'denies tools at 100 %',
  pause: 'pauses at 100 %',
  stop: 'stops at 100 %',
}

const subjectOf = ({ scope, project, runnerId }: Budget): string =>
  scope === 'installation'
    ? 'Everything'
    : scope === 'project'
      ? `${project}`
      : `${project}, runner ${runnerId?.slice(0, 8)}`

/** One budget: how much of it is used, where it will end, and more of it for this period. */
export function BudgetLine({ budget }: { budget: Budget }) {
  const trpc = useTRPC()
  const queries = useQueryClient()
  const now = useNow()
  const refresh = () => queries.invalidateQueries(trpc.budget.pathFilter())
  const raise = useMutation(
    trpc.budget.raise.mutationOptions({
      onSuccess: refresh,
      onError: (error) => toastProblem('That did not work', error),
    }),
  )
  const remove = useMutation(
    trpc.budget.delete.mutationOptions({
      onSuccess: refresh,
      onError: (error) => toastProblem('That did not work', error),
    }),
  )
  const { current, forecast } = budget
  const amount = (value: number) => (budget.unit === 'usd' ? `$${value.toFixed(2)}` : `${formatCount(value)} tokens`)
  const tone = current.exhausted ? 'bg-bad' : current.percent >= 75 ? 'bg-warn' : 'bg-accent'
  const label = `${subjectOf(budget)}, ${budget.period}`
  const ends = forecast?.exhaustedAt ?? null
  return (
    <li className="flex flex-col gap-2 border-line border-b px-4 py-3 last:border-0">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <p className="min-w-0">
          <span className="font-medium">{label}</span>{' '}
          <span className="text-ink-faint text-xs">
            {budget.quota ? 'quota, ' : ''}
            {budget.enabled ? WHEN[budget.policy] : 'off'}
          </span>
        </p>
        <Allowed may="admin" where={budget.project === null ? 'installation' : { project: budget.project }}>
          <div className="flex gap-1.5">
            <Button
              size="sm"
              disabled={raise.isPending}
              aria-label={`Raise ${label} by ${RAISE_PERCENT} %`}
              onClick={() => raise.mutate({ id: budget.id, by: { percent: RAISE_PERCENT } })}
            >
              Raise +{RAISE_PERCENT} %
            </Button>
            {!budget.quota && (
              <Button
                size="icon-sm"
                variant="ghost"
                disabled={remove.isPending}
                aria-label={`Delete the budget of ${label}`}
                onClick={() => remove.mutate({ id: budget.id })}
              >
                <Trash2 aria-hidden />
              </Button>
            )}
          </div>
        </Allowed>
      </div>
      <div aria-hidden className="relative h-2 overflow-hidden rounded-full bg-sunken">
        <div
          className={cn('absolute inset-y-0 left-0 rounded-full opacity-30', tone)}
          style={{ width: `${Math.min(100, forecast?.percentAtEnd ?? 0)}%` }}
        />
        <div
          className={cn('absolute inset-y-0 left-0 rounded-full', tone)}
          style={{ width: `${Math.min(100, current.percent)}%` }}
        />
      </div>
      <p className="flex flex-wrap gap-x-4 gap-y-0.5 text-ink-soft text-xs">
        <span>
          {amount(current.spent)} of {amount(current.limit)}, {Math.round(current.percent)} %
          {current.exhausted && <strong className="text-bad">, used up</strong>}
        </span>
        {forecast && !current.exhausted && (
          <span className={ends ? 'text-warn' : undefined}>
            {ends ? `used up at ${formatMoment(ends, now)}` : `${Math.round(forecast.percentAtEnd)} % by the end`}
          </span>
        )}
        <span>resets {formatMoment(current.end, now)}</span>
        {current.unpricedRequests > 0 && <span>{current.unpricedRequests} requests without a price not counted</span>}
      </p>
    </li>
  )
}

import type { BudgetPolicy } from '@/contracts/budget/budget'
import type { ProviderId } from '@/contracts/provider/provider'
import { RefusedLaunch } from '../runner/refused-launch'
import { scopeOf } from './budget-row'
import type { ExhaustedBudget } from './exhausted-budgets'
import { pausesRunner } from './tool-gate-providers'

/** Digits of an id that people are shown; commands take any unique prefix. */
const SHORT_ID = 8

const amount = (budget: ExhaustedBudget, value: number): string =>
  budget.unit === 'usd' ? `$${value.toFixed(2)}` : `${Math.round(value).toLocaleString('en')} tokens`

const clock = (at: Date, timeZone: string): string => {
  const text = new Intl.DateTimeFormat('sv', { timeZone, dateStyle: 'short', timeStyle: 'short' }).format(at)
  return `${text} ${timeZone}`
}

/** One sentence for people: whose budget it is, what is used, when it begins anew. */
export function describeExhausted(budget: ExhaustedBudget): string {
  const whose = {
    installation: 'of everything',
    project: `of ${budget.project}`,
    runner: `of a runner of ${budget.project}`,
  }
  const { period, used, limit, periodEnd, timeZone } = budget
  return `The ${period} budget ${whose[scopeOf(budget)]} is used up: ${amount(budget, used)} of ${amount(budget, limit)}, 0 left until ${clock(periodEnd, timeZone)}.`
}

/** The command that gives it more. */
export const raiseCommand = (budget: ExhaustedBudget): string =>
  `stratavore budget raise ${budget.id.slice(0, SHORT_ID)} +20%`

/** Policies that let nothing new begin. */
const REFUSING: readonly BudgetPolicy[] = ['deny-tools', 'pause', 'stop']

/** Throws `budget_exhausted` when one of these lets nothing begin. `budgets` concern the runner, the strictest first. */
export function requireBudget(
  budgets: readonly ExhaustedBudget[],
  project: { id: string; name: string },
  provider: ProviderId,
): void {
  const budget = budgets.find(({ policy }) => REFUSING.includes(policy))
  if (budget) throw refusedBy(budget, project, provider)
}

/** Throws `budget_exhausted` when one of these would pause the runner again at once. */
export function requireMayRun(
  budgets: readonly ExhaustedBudget[],
  project: { id: string; name: string },
  provider: ProviderId,
): void {
  const budget = budgets.find(({ policy }) => policy === 'stop' || pausesRunner(policy, { provider, protocol: null }))
  if (budget) throw refusedBy(budget, project, provider)
}

function refusedBy(
  budget: ExhaustedBudget,
  project: { id: string; name: string },
  provider: ProviderId,
): RefusedLaunch {
  const { id: budgetId, unit, period, policy, used, limit, periodEnd } = budget
  const facts = {
    budgetId,
    scope: scopeOf(budget),
    unit,
    period,
    policy,
    used,
    limit,
    periodEnd: periodEnd.toISOString(),
  }
  return new RefusedLaunch(
    'budget_exhausted',
    describeExhausted(budget),
    {
      action: 'budget.refuse',
      event: {
        type: 'budget.refused',
        subject: { type: 'project', id: project.id },
        project: project.name,
        data: { ...facts, provider },
      },
    },
    `Raise it for this period: ${raiseCommand(budget)}`,
  )
}

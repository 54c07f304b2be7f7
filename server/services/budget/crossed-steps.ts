import type { BudgetSpend } from '../../db/generated/client'

/** Shares of a limit that are told, rising. */
const STEPS = [
  { percent: 75, mark: 'warned75At' },
  { percent: 90, mark: 'warned90At' },
  { percent: 100, mark: 'exceededAt' },
] as const

type Marks = Pick<BudgetSpend, (typeof STEPS)[number]['mark']>
type Amounts = Pick<BudgetSpend, 'spent' | 'raisedBy'>

/** The marks as they are to be from now on, and the highest share that was crossed since; null when none was. Pure. */
export function crossedSteps(
  spend: Amounts & Marks,
  limit: BudgetSpend['spent'],
  now: Date,
): { marks: Partial<Marks>; percent: number | null } {
  const allowed = limit.plus(spend.raisedBy)
  const crossed = STEPS.filter(
    ({ percent, mark }) => spend[mark] === null && spend.spent.times(100).gte(allowed.times(percent)),
  )
  return {
    marks: Object.fromEntries(crossed.map(({ mark }) => [mark, now])),
    percent: crossed.at(-1)?.percent ?? null,
  }
}

/** The marks that more limit takes back: crossed again, they are told again. Pure. */
export function takenBack(spend: Amounts & Marks, limit: BudgetSpend['spent']): Partial<Marks> {
  const allowed = limit.plus(spend.raisedBy)
  const back = STEPS.filter(
    ({ percent, mark }) => spend[mark] !== null && spend.spent.times(100).lt(allowed.times(percent)),
  )
  return Object.fromEntries(back.map(({ mark }) => [mark, null]))
}

'use client'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { localTimeZone } from '@/client/local-time-zone'
import { useTRPC } from '@/components/api/client'
import { problemText } from '@/components/api/toast-problem'
import { Button } from '@/components/ui/button'
import { Field, Input, Select } from '@/components/ui/input'
import { type Budget, budgetPeriod, budgetPolicy, budgetSetInput, budgetUnit } from '@/contracts/budget/budget'

const UNITS: Record<Budget['unit'], string> = { tokens: 'tokens', usd: 'US dollars' }
const POLICIES: Record<Budget['policy'], string> = {
  notify: 'only tell',
  'deny-tools': 'deny tools',
  pause: 'pause runners',
  stop: 'stop runners',
}

/** Sets a budget: of a project, or of everything. The same period and unit again changes the one there is. */
export function BudgetForm({ project }: { project: string | undefined }) {
  const trpc = useTRPC()
  const queries = useQueryClient()
  const [limit, setLimit] = useState('')
  const [unit, setUnit] = useState<Budget['unit']>('usd')
  const [period, setPeriod] = useState<Budget['period']>('daily')
  const [chosenPolicy, setPolicy] = useState<Budget['policy'] | null>(null)
  const budgets = useQuery(trpc.budget.list.queryOptions({ project }))
  const known = budgets.data?.find(
    (one) =>
      !one.quota &&
      one.runnerId === null &&
      one.project === (project ?? null) &&
      one.unit === unit &&
      one.period === period,
  )
  // The one there is keeps its own until another is chosen.
  const policy = chosenPolicy ?? known?.policy ?? 'notify'
  const [invalid, setInvalid] = useState<string>()
  const save = useMutation(
    trpc.budget.set.mutationOptions({
      onSuccess: async () => {
        setLimit('')
        setPolicy(null)
        await queries.invalidateQueries(trpc.budget.pathFilter())
      },
    }),
  )
  const submit = () => {
    const amount = Number(limit.trim().replaceAll(',', '') || Number.NaN)
    const parsed = budgetSetInput.safeParse({
      project,
      limit: amount,
      unit,
      period,
      policy,
      timeZoneIfNew: localTimeZone(),
    })
    setInvalid(parsed.success ? undefined : 'A number above 0.')
    if (parsed.success) save.mutate(parsed.data)
  }
  const choice = <T extends string>(
    id: string,
    label: string,
    value: T,
    options: readonly T[],
    names: Record<T, string> | null,
    onChange: (value: T) => void,
  ) => (
    <Field id={id} label={label}>
      <Select
        id={id}
        value={value}
        onChange={(event) => {
          const option = options.find((one) => one === event.target.value)
          if (option) onChange(option)
        }}
      >
        {options.map((option) => (
          <option key={option} value={option}>
            {names ? names[option] : option}
          </option>
        ))}
      </Select>
    </Field>
  )
  return (
    <form
      className="grid grid-cols-2 items-start gap-3 border-line border-t p-4 md:grid-cols-[1fr_1fr_1fr_1fr_auto]"
      onSubmit={(event) => {
        event.preventDefault()
        submit()
      }}
    >
      <Field id="budget-limit" label="Limit" error={invalid ?? (save.error ? problemText(save.error) : undefined)}>
        <Input
          id="budget-limit"
          inputMode="decimal"
          value={limit}
          placeholder={unit === 'usd' ? '20' : '5,000,000'}
          aria-describedby="budget-limit-note"
          onChange={(event) => setLimit(event.target.value)}
        />
      </Field>
      {choice('budget-unit', 'Counted in', unit, budgetUnit.options, UNITS, setUnit)}
      {choice('budget-period', 'Period', period, budgetPeriod.options, null, setPeriod)}
      {choice('budget-policy', 'At 100 %', policy, budgetPolicy.options, POLICIES, setPolicy)}
      <Button
        type="submit"
        className="col-span-2 md:col-span-1 md:mt-[1.4rem]"
        disabled={limit === '' || save.isPending}
      >
        Set budget
      </Button>
    </form>
  )
}

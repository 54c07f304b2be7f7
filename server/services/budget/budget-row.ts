import type { z } from 'zod'
import type { BudgetPeriod, BudgetPolicy, budgetScope } from '@/contracts/budget/budget'
import type { Prisma } from '../../db/generated/client'

/** What a budget's row needs beside it to be told of. */
export const budgetInclude = {
  project: { select: { name: true } },
  runner: { select: { projectId: true, project: { select: { name: true } } } },
} satisfies Prisma.BudgetInclude

export type BudgetRow = Prisma.BudgetGetPayload<{ include: typeof budgetInclude }>

/** Serialises whoever changes budgets with all who count what is spent (they share it). Taken before any row. */
export const BUDGETS_LOCK = 'budgets'

export const scopeOf = (row: Pick<BudgetRow, 'projectId' | 'runnerId'>): z.infer<typeof budgetScope> =>
  row.runnerId !== null ? 'runner' : row.projectId !== null ? 'project' : 'installation'

/** Name of the project it is for, or of its runner's. */
export const projectNameOf = (row: BudgetRow): string | null => row.project?.name ?? row.runner?.project.name ?? null

export const policyOf = (row: Pick<BudgetRow, 'policy'>): BudgetPolicy =>
  row.policy === 'deny_tools' ? 'deny-tools' : row.policy

/** What every event of a budget tells. */
export const budgetFacts = (row: BudgetRow) => ({
  budgetId: row.id,
  scope: scopeOf(row),
  unit: row.unit,
  period: row.period satisfies BudgetPeriod,
  limit: row.limit.toNumber(),
  policy: policyOf(row),
})

/** What the events and audit rows of a budget are about: its runner, its project, or the installation. */
export const budgetSubject = (
  row: Pick<BudgetRow, 'projectId' | 'runnerId'>,
  installationId: string,
): { type: string; id: string } =>
  row.runnerId !== null
    ? { type: 'runner', id: row.runnerId }
    : row.projectId !== null
      ? { type: 'project', id: row.projectId }
      : { type: 'installation', id: installationId }

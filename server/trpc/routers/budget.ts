import { z } from 'zod'
import { budget, budgetIdInput, budgetListInput, budgetRaiseInput, budgetSetInput } from '@/contracts/budget/budget'
import { deleteBudget } from '../../services/budget/delete-budget'
import { listBudgets } from '../../services/budget/list-budgets'
import { raiseBudget } from '../../services/budget/raise-budget'
import { setBudget } from '../../services/budget/set-budget'
import { procedure, router } from '../trpc'

export const budgetRouter = router({
  list: procedure({ may: 'read', of: 'projects', reads: 'open' })
    .input(budgetListInput)
    .output(z.array(budget))
    .query(({ ctx, input }) => listBudgets(ctx.services, input)),
  set: procedure({ may: 'admin', of: 'project' })
    .input(budgetSetInput)
    .output(budget)
    .mutation(({ ctx, input }) => setBudget(ctx.services, input)),
  raise: procedure({ may: 'admin', of: 'project' })
    .input(budgetRaiseInput)
    .output(budget)
    .mutation(({ ctx, input }) => raiseBudget(ctx.services, input)),
  delete: procedure({ may: 'admin', of: 'project' })
    .input(budgetIdInput)
    .output(z.object({}))
    .mutation(async ({ ctx, input }) => {
      await deleteBudget(ctx.services, input)
      return {}
    }),
})

import { z } from 'zod'
import { quota, quotaListInput, quotaSetInput } from '@/contracts/quota/quota'
import { listQuotas } from '../../services/quota/list-quotas'
import { setQuotas } from '../../services/quota/set-quotas'
import { procedure, router } from '../trpc'

export const quotaRouter = router({
  list: procedure({ may: 'read', of: 'projects', reads: 'open' })
    .input(quotaListInput)
    .output(z.array(quota))
    .query(({ ctx, input }) => listQuotas(ctx.services, input)),
  set: procedure({ may: 'admin', of: 'project' })
    .input(quotaSetInput)
    .output(z.array(quota))
    .mutation(({ ctx, input }) => setQuotas(ctx.services, input)),
})

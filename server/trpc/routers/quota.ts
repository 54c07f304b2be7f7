import { z } from 'zod'
import { quota, quotaListInput, quotaSetInput } from '@/contracts/quota/quota'
import { listQuotas } from '../../services/quota/list-quotas'
import { setRunnerQuota } from '../../services/quota/set-runner-quota'
import { procedure, router } from '../trpc'

export const quotaRouter = router({
  list: procedure
    .input(quotaListInput)
    .output(z.array(quota))
    .query(({ ctx, input }) => listQuotas(ctx.services, input)),
  set: procedure
    .input(quotaSetInput)
    .output(quota)
    .mutation(({ ctx, input }) => setRunnerQuota(ctx.services, input)),
})

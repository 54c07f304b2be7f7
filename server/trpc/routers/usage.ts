import { z } from 'zod'
import { usageDailyInput, usageDay } from '@/contracts/usage/daily'
import { usageReindexed, usageReindexInput, usageSummary, usageSummaryInput } from '@/contracts/usage/summary'
import { dailyUsage } from '../../services/usage/daily-usage'
import { reindexTranscripts } from '../../services/usage/reindex-transcripts'
import { summarizeUsage } from '../../services/usage/summarize-usage'
import { procedure, router } from '../trpc'

export const usageRouter = router({
  /** What was used, in all and by project, day, model, session, node or runner. */
  summary: procedure({ may: 'read', of: 'projects', reads: 'open' })
    .input(usageSummaryInput)
    .output(usageSummary)
    .query(({ ctx, input }) => summarizeUsage(ctx.services, input)),
  /** Has transcripts read anew from their beginning. */
  reindex: procedure({ may: 'admin', of: 'installation' })
    .input(usageReindexInput)
    .output(usageReindexed)
    .mutation(({ ctx, input }) => reindexTranscripts(ctx.services, input)),
  /** What was used on each day, by project, model or node. */
  daily: procedure({ may: 'read', of: 'projects', reads: 'open' })
    .input(usageDailyInput)
    .output(z.array(usageDay))
    .query(({ ctx, input }) => dailyUsage(ctx.services, input)),
})

import type { z } from 'zod'
import type { RunnerPrompt, runnerPromptsInput } from '@/contracts/prompt/prompt'
import { getRunner } from '../runner/get-runner'
import type { ServiceContext } from '../service-context'
import { promptToApi } from './prompt-to-api'

/** The newest prompts of a runner, in the order they were given. Throws `not_found`. */
export async function listPrompts(
  ctx: Pick<ServiceContext, 'db' | 'access'>,
  input: z.output<typeof runnerPromptsInput>,
): Promise<RunnerPrompt[]> {
  await getRunner(ctx, input)
  const rows = await ctx.db.prisma.runnerPrompt.findMany({
    where: { runnerId: input.id },
    orderBy: { seq: 'desc' },
    take: input.limit,
  })
  return rows.reverse().map(promptToApi)
}

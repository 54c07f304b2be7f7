import type { z } from 'zod'
import { MAX_QUEUED_PROMPTS, type RunnerPrompt, type runnerPromptInput } from '@/contracts/prompt/prompt'
import { isEnded } from '@/contracts/runner/status'
import { StratavoreError } from '../../core/errors'
import { withTransaction } from '../../db/database'
import { recordChange } from '../audit/record-change'
import { lockRunner } from '../runner/lock-runner'
import { wake } from '../runner/wake-runner'
import { insertPrompt } from './insert-prompt'
import type { PromptContext } from './prompt-context'
import { promptToApi } from './prompt-to-api'

/**
 * Puts a prompt at the end of a runner's queue; it is typed once the runner is idle. The audit row says who and how
 * much, not what. Throws `not_found`, `invalid_state` for a runner that has ended, `conflict` when its queue is full.
 */
export async function queuePrompt(
  ctx: PromptContext,
  input: z.output<typeof runnerPromptInput>,
): Promise<RunnerPrompt> {
  return withTransaction(ctx.db, async (tx) => {
    const runner = await lockRunner(ctx, tx, input.id)
    if (isEnded(runner.status) || runner.desired === 'terminated')
      throw new StratavoreError('invalid_state', `Nothing can be sent to this runner: it is ${runner.status}.`)
    const queued = await tx.runnerPrompt.count({ where: { runnerId: runner.id, state: 'queued' } })
    if (queued >= MAX_QUEUED_PROMPTS)
      throw new StratavoreError('conflict', `${queued} prompts wait for this runner already.`, {
        hint: 'Cancel some, or wait until it has worked them off.',
      })
    const { projectId, project } = runner
    const { row, event } = await insertPrompt(ctx, tx, {
      runnerId: runner.id,
      project: { id: projectId, name: project.name },
      text: input.text,
    })
    await recordChange(ctx, tx, { action: 'prompt.queue', target: event.subject, data: event.data }, [event])
    await wake(tx, runner.id)
    return promptToApi(row)
  })
}

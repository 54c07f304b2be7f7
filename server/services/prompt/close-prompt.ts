import type { PromptState, RunnerPrompt } from '@/contracts/prompt/prompt'
import { requireInProject } from '../../core/access/access'
import { notFound, StratavoreError } from '../../core/errors'
import { type Tx, withTransaction } from '../../db/database'
import type { RunnerPrompt as Row } from '../../db/generated/client'
import type { NewEvent } from '../../outbox/append'
import { recordChange } from '../audit/record-change'
import { type LockedRunner, lockRunner } from '../runner/lock-runner'
import { wake } from '../runner/wake-runner'
import type { PromptContext } from './prompt-context'
import { promptToApi } from './prompt-to-api'

/** How a prompt that was being sent came out. */
export interface PromptOutcome {
  state: Extract<PromptState, 'received' | 'unconfirmed' | 'failed'>
  error: string | null
}

const closedEvent = (
  row: Pick<Row, 'id'>,
  runner: LockedRunner,
  outcome: { state: PromptState; error: string | null },
) =>
  ({
    type: 'prompt.closed',
    subject: { type: 'runner', id: runner.id },
    project: runner.project.name,
    data: { promptId: row.id, ...outcome },
  }) satisfies NewEvent

/** Takes a prompt back that waits in its queue. Throws `not_found`, `conflict` when it is on its way or over. */
export async function cancelPrompt(ctx: PromptContext, input: { promptId: string }): Promise<RunnerPrompt> {
  const { promptId: id } = input
  return withTransaction(ctx.db, async (tx) => {
    const known = await tx.runnerPrompt.findUnique({
      where: { id },
      select: { runnerId: true, runner: { select: { projectId: true } } },
    })
    if (!known) throw notFound('prompt', id)
    requireInProject(ctx, known.runner.projectId, { type: 'prompt', ref: id })
    const runner = await lockRunner(ctx, tx, known.runnerId)
    const taken = await tx.runnerPrompt.updateMany({
      where: { id, state: 'queued' },
      data: { state: 'cancelled', textSealed: null, closedAt: ctx.clock.now() },
    })
    const row = await tx.runnerPrompt.findUniqueOrThrow({ where: { id } })
    if (taken.count === 0)
      throw new StratavoreError('conflict', `This prompt does not wait any more: it is ${row.state}.`)
    const event = closedEvent(row, runner, { state: 'cancelled', error: null })
    await recordChange(ctx, tx, { action: 'prompt.cancel', target: event.subject, data: event.data }, [event])
    return promptToApi(row)
  })
}

/** Records how a prompt that was being sent came out; the next one may follow. Told again it does nothing. */
export async function closePrompt(ctx: PromptContext, id: string, outcome: PromptOutcome): Promise<void> {
  await withTransaction(ctx.db, async (tx) => {
    const known = await tx.runnerPrompt.findUnique({ where: { id }, select: { runnerId: true } })
    if (!known) return
    const runner = await lockRunner(ctx, tx, known.runnerId)
    const taken = await tx.runnerPrompt.updateMany({
      where: { id, state: 'sending' },
      data: { ...outcome, textSealed: null, closedAt: ctx.clock.now() },
    })
    if (taken.count === 0) return
    const event = closedEvent({ id }, runner, outcome)
    await recordChange(ctx, tx, { action: 'prompt.close', target: event.subject, data: event.data }, [event])
    await wake(tx, runner.id)
  })
}

/**
 * A runner's life is over. What was being typed may or may not have been read; with `all`, what still waited is not
 * typed at all. Returns what to tell with the change of the runner.
 */
export async function endPrompts(
  tx: Tx,
  runner: LockedRunner,
  which: 'all' | 'sending',
  now: Date,
): Promise<NewEvent[]> {
  const rows = await tx.runnerPrompt.findMany({
    where: { runnerId: runner.id, state: { in: which === 'all' ? ['queued', 'sending'] : ['sending'] } },
    orderBy: { seq: 'asc' },
    select: { id: true, state: true },
  })
  const events: NewEvent[] = []
  for (const row of rows) {
    const outcome: PromptOutcome =
      row.state === 'sending'
        ? { state: 'unconfirmed', error: 'The runner ended while this was being typed.' }
        : { state: 'failed', error: 'The runner ended before its turn came.' }
    await tx.runnerPrompt.update({ where: { id: row.id }, data: { ...outcome, textSealed: null, closedAt: now } })
    events.push(closedEvent(row, runner, outcome))
  }
  return events
}

import type { z } from 'zod'
import type { runnerSendInput } from '@/contracts/runner/inputs'
import { acceptsInput } from '@/contracts/runner/status'
import { StratavoreError } from '../../core/errors'
import { withTransaction } from '../../db/database'
import { recordChange } from '../audit/record-change'
import type { ServiceContext } from '../service-context'
import { lockRunner } from './lock-runner'

/**
 * Types text into a runner, past the driver's seat: for scripts and other agents. The audit row says who and how
 * much, not what. Throws `not_found`, `invalid_state`, `unavailable` when the daemon or its agent is away.
 */
export async function typeIntoRunner(
  ctx: ServiceContext,
  input: z.output<typeof runnerSendInput>,
): Promise<{ ok: true }> {
  await withTransaction(ctx.db, async (tx) => {
    const runner = await lockRunner(ctx, tx, input.id)
    if (!acceptsInput(runner.status)) {
      throw new StratavoreError('invalid_state', `Cannot type into this runner: it is ${runner.status}.`)
    }
    const target = { type: 'runner', id: runner.id }
    await recordChange(ctx, tx, { action: 'runner.send', target, data: { characters: input.text.length } }, [])
  })
  // A terminal's Enter key is a carriage return.
  await ctx.daemon.send(input.id, input.enter ? `${input.text}\r` : input.text)
  return { ok: true }
}

import { randomUUID } from 'node:crypto'
import type { Tx } from '../../db/database'
import type { NewEvent } from '../../outbox/append'
import { holdText } from '../secret/hold-text'
import { promptContext } from '../secret/sealed-values'
import type { PromptContext } from './prompt-context'

interface NewPrompt {
  runnerId: string
  project: { id: string; name: string }
  text: string
}

/** Puts a prompt at the end of a runner's queue, and gives the event that tells it. Without its audit row. */
export async function insertPrompt(ctx: Omit<PromptContext, 'db'>, tx: Tx, { runnerId, project, text }: NewPrompt) {
  const id = randomUUID()
  const held = await holdText(ctx, tx, { projectId: project.id, context: promptContext(id), text })
  const row = await tx.runnerPrompt.create({
    data: {
      id,
      runnerId,
      text: held.text,
      textSealed: held.sealed,
      createdById: ctx.actor.id,
      createdBy: ctx.actor.name,
      createdAt: ctx.clock.now(),
    },
  })
  const data = { promptId: id, characters: text.length }
  const event: NewEvent = {
    type: 'prompt.queued',
    subject: { type: 'runner', id: runnerId },
    project: project.name,
    data,
  }
  return { row, event }
}

import { z } from 'zod'
import { terminalDimension, uuid } from '../primitives'
import { launchPrompt } from '../runner/inputs'
import { runner } from '../runner/runner'

const openSession = {
  id: uuid,
  /** Said to the program as the next prompt. */
  prompt: launchPrompt.optional(),
  cols: terminalDimension.default(120),
  rows: terminalDimension.default(32),
}

export const sessionResumeInput = z.object({
  ...openSession,
  /** End the runner that holds it; the new one starts once that has ended. */
  takeOver: z.boolean().default(false),
})
export type SessionResumeInput = z.output<typeof sessionResumeInput>

export const sessionForkInput = z.object(openSession)
export type SessionForkInput = z.output<typeof sessionForkInput>

export const sessionOpened = z.object({
  /** `attached`: a live runner holds it, attach to that. `waiting`: it starts once the earlier holder has ended. */
  outcome: z.enum(['attached', 'started', 'waiting']),
  runner,
  /** Name of the project that was made for its directory. */
  projectCreated: z.string().nullable(),
  /** Its own directory, where that is gone or not in its project, and the project's is used instead. */
  directoryGone: z.string().nullable(),
})
export type SessionOpened = z.infer<typeof sessionOpened>

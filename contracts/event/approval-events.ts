import { z } from 'zod'
import { approvalKind, approvalState } from '../approval/approval'
import { uuid } from '../primitives'
import { promptState } from '../prompt/prompt'

const approvalFacts = z.object({
  approvalId: uuid,
  kind: approvalKind,
  toolName: z.string(),
  summary: z.string().describe('What is asked, one line for people.'),
})

/** `data` of the events of what a runner asks and is told. Their subject is the runner. */
export const approvalEventData = {
  'approval.requested': approvalFacts.extend({
    offers: z.number().int().describe('How many things the program offers to allow from now on.'),
  }),
  'approval.answered': approvalFacts.extend({
    behavior: z.enum(['allow', 'deny']),
    answeredBy: z.string(),
    via: z.string().describe('Where the answer was given: browser, cli, api, notification.'),
  }),
  'approval.closed': approvalFacts.extend({
    state: approvalState.describe('What became of it.'),
    seconds: z.number().describe('From the request to its end, seconds.'),
  }),
  'prompt.queued': z.object({ promptId: uuid, characters: z.number().int() }),
  'prompt.closed': z.object({
    promptId: uuid,
    state: promptState.describe('What became of it.'),
    error: z.string().nullable(),
  }),
} as const

import { z } from 'zod'
import { bindingCause } from '../agent-protocol/activity'
import { uuid } from '../primitives'
import { providerId } from '../provider/provider'

const sessionChange = z.object({
  runnerId: uuid.describe('The runner that holds the session.'),
  provider: providerId,
})

/** `data` of the events of a session. */
export const sessionEventData = {
  'session.created': sessionChange,
  'session.resumed': sessionChange,
  'session.bound': sessionChange.extend({
    cause: bindingCause.describe('Why the runner has this session open now.'),
    previousSessionId: uuid.nullable().describe('The session it had open before.'),
  }),
  'session.ended': sessionChange.describe('Its runner ended, or has another session open.'),
} as const

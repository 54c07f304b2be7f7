import { z } from 'zod'
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
} as const

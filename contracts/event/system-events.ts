import { z } from 'zod'
import { signInMethod } from '../identity/identity'
import { uuid } from '../primitives'

/** How much an alert matters. */
export const alertSeverity = z.enum(['info', 'warning', 'critical'])
export type AlertSeverity = z.infer<typeof alertSeverity>

const agentConnection = z.object({ node: z.string(), agentId: uuid })

/** `data` of the events of nodes, users and of Stratavore itself. */
export const systemEventData = {
  'node.joined': agentConnection.extend({
    pid: z.number().int(),
    runners: z.number().int().describe('How many runners its agent holds.'),
  }),
  'node.offline': agentConnection.extend({
    state: z.enum(['unreachable', 'gone']).describe('`gone`: its agent is known to be dead.'),
  }),
  'node.lost': z.object({
    node: z.string(),
    silentSeconds: z.number().describe('For how long it could have been heard but was not, seconds.'),
    runners: z.number().int().describe('Runners on it that count as live.'),
  }),
  'node.updated': z.object({ node: z.string() }),
  'user.signed_in': z.object({
    name: z.string(),
    method: signInMethod.optional().describe('How; missing in events of before it was told.'),
  }),
  'system.alert': z.object({
    severity: alertSeverity,
    code: z.string().describe('What kind of alert, for programs; the same trouble has the same code.'),
    message: z.string().describe('One line for people.'),
    hint: z.string().nullable().describe('What can be done about it.'),
    resolved: z.boolean().describe('True when the trouble is over.'),
  }),
  'system.started': z.object({ part: z.string(), pid: z.number().int() }),
  'system.stopped': z.object({ part: z.string(), pid: z.number().int() }),
} as const

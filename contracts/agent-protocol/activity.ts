import { z } from 'zod'
import { uuid } from '../primitives'
import { activityDetail } from '../runner/activity-detail'
import { runnerActivity } from '../runner/status'
import { count, unixMs } from './numbers'

/** A runner does something else now, or another detail of it. Sent at once; heartbeats say the activity again. */
export const activityReport = z.object({
  runnerId: uuid,
  epoch: count,
  /** Grows with every report within one epoch. */
  seq: z.number().int().positive(),
  activity: runnerActivity,
  detail: activityDetail,
})
export type ActivityReport = z.infer<typeof activityReport>

/** Why a runner has another session open now. */
export const bindingCause = z.enum(['launch', 'resume', 'fork', 'clear', 'compact', 'found'])
export type BindingCause = z.infer<typeof bindingCause>

/** A runner's program has this session open. Repeated until acknowledged. */
export const sessionBound = z.object({
  runnerId: uuid,
  epoch: count,
  providerSessionId: z.string().min(1).max(200),
  cause: bindingCause,
  cwd: z.string().max(4096),
  model: z.string().max(200).nullable(),
  at: unixMs,
})
export type SessionBound = z.infer<typeof sessionBound>

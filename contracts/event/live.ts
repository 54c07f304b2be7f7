import { z } from 'zod'
import { uuid } from '../primitives'
import { activityDetail } from '../runner/activity-detail'

/**
 * The first message of a live stream: every event after `after` will come. What was read before this message arrived may
 * be older than that, and must be read again.
 */
export const liveOpening = z.object({ after: z.number().int() })
export type LiveOpening = z.infer<typeof liveOpening>

/** A runner's detail has changed: too often to be an event, so nobody gets it later. */
export const liveDetail = z.object({
  runnerId: uuid,
  epoch: z.number().int(),
  detail: activityDetail.nullable(),
})
export type LiveDetail = z.infer<typeof liveDetail>

import { z } from 'zod'
import { uuid } from '../primitives'
import { activityDetail } from '../runner/activity-detail'

/** A runner's detail has changed: too often to be an event, so nobody gets it later. */
export const liveDetail = z.object({
  runnerId: uuid,
  epoch: z.number().int(),
  detail: activityDetail.nullable(),
})
export type LiveDetail = z.infer<typeof liveDetail>

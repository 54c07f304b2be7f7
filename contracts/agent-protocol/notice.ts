import { z } from 'zod'
import { uuid } from '../primitives'
import { MAX_NOTICE_LENGTH, noticeKind } from '../runner/notice'
import { count } from './numbers'

/** A runner's program wants to be noticed. Told once: one that is lost is a bell that nobody heard. */
export const noticeReport = z.object({
  runnerId: uuid,
  epoch: count,
  kind: noticeKind,
  /** Without control characters and secrets; empty for a bell. */
  text: z.string().max(MAX_NOTICE_LENGTH),
  /** How many came since the last report, this one with them. */
  count: count.positive(),
})
export type NoticeReport = z.infer<typeof noticeReport>

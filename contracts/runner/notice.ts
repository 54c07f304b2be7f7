import { z } from 'zod'
import { timestamp } from '../primitives'

/** A notification is a line; more of it is nobody's. */
export const MAX_NOTICE_LENGTH = 200

/** The bell, or a notification with a text (OSC 9, 99, 777). */
export const noticeKind = z.enum(['bell', 'notification'])
export type NoticeKind = z.infer<typeof noticeKind>

/** What a program rang for while nobody was attached. */
export const runnerNotice = z.object({
  kind: noticeKind,
  /** The program's own text: one line, without control characters; empty for a bell. */
  text: z.string().max(MAX_NOTICE_LENGTH),
  /** How many since somebody was attached last. */
  count: z.number().int().positive(),
  at: timestamp,
})
export type RunnerNotice = z.infer<typeof runnerNotice>

/** As it is kept: of which life it is. */
export const storedNotice = runnerNotice.extend({ epoch: z.number().int() })

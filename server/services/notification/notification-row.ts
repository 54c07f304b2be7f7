import { z } from 'zod'
import {
  type Notification,
  notification,
  notificationKind,
  notificationPriority,
} from '@/contracts/notification/notification'
import type { Notification as Row } from '../../db/generated/client'
import type { OpenRow } from './plan-change'
import { summaryMember } from './summary'
import type { ActionDraft } from './wish'

const actionDrafts: z.ZodType<ActionDraft[]> = z.array(
  z.discriminatedUnion('do', [
    z.object({ do: z.literal('open') }),
    z.object({ do: z.literal('stop'), runnerId: z.string(), epoch: z.number().int() }),
    z.object({ do: z.enum(['approve', 'deny']), approvalId: z.string() }),
    z.object({ do: z.literal('raise'), budgetId: z.string(), periodStart: z.string(), limit: z.number() }),
  ]),
)

/** The buttons a row asks for. */
export const readActions = (row: Pick<Row, 'actions'>): ActionDraft[] => actionDrafts.parse(row.actions)

/** A row as the decisions see it. */
export const openRow = (row: Row): OpenRow => ({
  ...row,
  kind: notificationKind.parse(row.kind),
  priority: notificationPriority.parse(row.priority),
  members: z.array(summaryMember).parse(row.members),
})

/** A row as the API tells it. */
export const notificationToApi = (row: Row): Notification =>
  notification.parse({
    ...row,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    sentAt: row.sentAt?.toISOString() ?? null,
  })

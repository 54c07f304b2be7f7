import { z } from 'zod'
import type { Approval } from '@/contracts/approval/approval'
import type { Prisma } from '../../db/generated/client'
import { describeSuggestion } from './describe-suggestion'

/** What an approval's row needs beside it to become the API's. */
export const approvalInclude = {
  runner: { select: { projectId: true, project: { select: { name: true } } } },
} satisfies Prisma.ApprovalInclude

type ApprovalRow = Prisma.ApprovalGetPayload<{ include: typeof approvalInclude }>

const toolInput = z.record(z.string(), z.unknown())

/** What the program offered with a request, as it gave it. */
export const suggestionsOf = (row: { suggestions: unknown }): unknown[] => z.array(z.unknown()).parse(row.suggestions)

/** A row as the API tells it. */
export const approvalToApi = (row: ApprovalRow): Approval => ({
  id: row.id,
  runnerId: row.runnerId,
  project: row.runner.project.name,
  sessionId: row.sessionId,
  kind: row.kind,
  toolName: row.toolName,
  toolInput: toolInput.parse(row.toolInput),
  suggestions: suggestionsOf(row).map(describeSuggestion),
  summary: row.summary,
  subagentId: row.subagentId,
  state: row.state,
  requestedAt: row.requestedAt.toISOString(),
  answeredAt: row.answeredAt?.toISOString() ?? null,
  answeredBy: row.answeredBy,
  answeredVia: row.answeredVia,
})

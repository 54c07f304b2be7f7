import type { RunnerPrompt } from '@/contracts/prompt/prompt'
import type { RunnerPrompt as Row } from '../../db/generated/client'

/** A row as the API tells it. */
export const promptToApi = (row: Row): RunnerPrompt => ({
  id: row.id,
  runnerId: row.runnerId,
  text: row.text,
  state: row.state,
  error: row.error,
  createdBy: row.createdBy,
  createdAt: row.createdAt.toISOString(),
  sentAt: row.sentAt?.toISOString() ?? null,
  closedAt: row.closedAt?.toISOString() ?? null,
})

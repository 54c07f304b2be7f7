import type { ProviderId } from '@/contracts/provider/provider'
import type { AgentReportHandlers } from '../gateways/agent/agent-reports'
import { closeApproval } from '../services/approval/close-approval'
import { recordApproval } from '../services/approval/record-approval'
import { foreignSession, foreignSessions } from '../services/node/foreign-sessions'
import { recordTrespass } from '../services/node/record-trespass'
import type { ReconcileContext } from '../services/reconcile/run-reconcile'
import { recordConfinement } from '../services/runner/record-confinement'
import { recordNotice } from '../services/runner/record-notice'
import { bindSession } from '../services/session/bind-session'
import { ingestTelemetry } from '../services/usage/ingest-telemetry'
import { ingestTranscript } from '../services/usage/ingest-transcript'
import { recordTranscriptMissing, transcriptCursors } from '../services/usage/transcript-cursors'
import type { AgentHandlerParts } from './agent-handlers'

/** Trespasses remembered so that each is noted once. */
const MOST_TOLD = 10_000

/** What the daemon does with what agents report of their programs. */
export function createAgentReports(
  ctx: ReconcileContext,
  { activities, usage, terminals }: Pick<AgentHandlerParts, 'activities' | 'usage' | 'terminals'>,
): AgentReportHandlers {
  const told = new Set<string>()
  /** Of sessions on another node's disk an agent says nothing: their use is that node's to tell. */
  async function requireOwn(
    nodeId: string,
    event: string,
    provider: ProviderId,
    ids: readonly string[],
  ): Promise<void> {
    const foreign = await foreignSessions(ctx.db, nodeId, { provider, providerSessionIds: ids })
    if (foreign.length === 0) return
    for (const { id } of foreign) await noteOnce(nodeId, event, id)
    throw foreignSession()
  }

  async function noteOnce(nodeId: string, event: string, sessionId: string, runnerId?: string): Promise<void> {
    const key = `${runnerId ?? nodeId} ${sessionId}`
    if (told.has(key)) return
    if (told.size >= MOST_TOLD) told.clear()
    told.add(key)
    await recordTrespass(ctx, { nodeId, event, target: { type: 'session', id: sessionId }, runnerId })
  }
  return {
    activity: async ({ nodeId }, report) => activities.add({ ...report, nodeId }),
    notice: ({ nodeId }, report) => recordNotice(ctx, nodeId, report, terminals.isAttended(report.runnerId)),
    sessionBound: (session, message) => bindSession(ctx, session.nodeId, message),
    approvalRequested: ({ nodeId }, message) => recordApproval(ctx, nodeId, message),
    approvalClosed: ({ nodeId }, message) => closeApproval(ctx, message, nodeId),
    transcriptCursors: ({ nodeId }, { paths }) => transcriptCursors(ctx, nodeId, paths),
    transcriptBatch: async ({ nodeId }, batch) => {
      const { provider, providerSessionId } = batch.file
      await requireOwn(nodeId, 'transcriptBatch', provider, [providerSessionId])
      return ingestTranscript(usage, nodeId, batch)
    },
    transcriptMissing: ({ nodeId }, { path }) => recordTranscriptMissing(ctx, nodeId, path),
    telemetry: async ({ nodeId }, report) => {
      const ids = report.records.map(({ providerSessionId }) => providerSessionId)
      await requireOwn(nodeId, 'telemetry', report.provider, ids)
      const { foreign } = await ingestTelemetry(usage, nodeId, report)
      for (const id of foreign) await noteOnce(nodeId, 'telemetry', id, report.runnerId ?? undefined)
    },
    runnerConfined: ({ nodeId }, message) => recordConfinement(ctx, nodeId, message),
  }
}

import type { Logger } from 'pino'
import type { z } from 'zod'
import {
  type ActivityReport,
  activityReport,
  type SessionBound,
  sessionBound,
} from '@/contracts/agent-protocol/activity'
import {
  type ApprovalClosed,
  type ApprovalRequested,
  approvalClosed,
  approvalRequested,
} from '@/contracts/agent-protocol/approval'
import type { AgentToDaemon } from '@/contracts/agent-protocol/events'
import { type Refusal, type RunnerConfined, runnerConfined } from '@/contracts/agent-protocol/messages'
import { type NoticeReport, noticeReport } from '@/contracts/agent-protocol/notice'
import {
  type TelemetryReport,
  type TranscriptBatch,
  type TranscriptCursorsRequest,
  type TranscriptMissing,
  telemetryReport,
  transcriptBatch,
  transcriptCursorsRequest,
  transcriptMissing,
} from '@/contracts/agent-protocol/transcript'
import { StratavoreError } from '../../core/errors'
import type { AgentSession, AgentSocket } from './agent-session'
import type { OwnRunners } from './own-runners'

/**
 * What is done with what an agent reports of its programs. Each is answered once its promise resolves, and asked again by
 * the agent when it throws: taking a report twice must change nothing. `invalid_input` ends the asking.
 */
export interface AgentReportHandlers {
  activity(session: AgentSession, report: ActivityReport): Promise<void>
  notice(session: AgentSession, report: NoticeReport): Promise<void>
  sessionBound(session: AgentSession, message: SessionBound): Promise<void>
  approvalRequested(session: AgentSession, message: ApprovalRequested): Promise<void>
  approvalClosed(session: AgentSession, message: ApprovalClosed): Promise<void>
  transcriptCursors(
    session: AgentSession,
    message: TranscriptCursorsRequest,
  ): Promise<{ cursors: { path: string; fileId: string; offset: number }[] }>
  transcriptBatch(session: AgentSession, message: TranscriptBatch): Promise<{ offset: number }>
  transcriptMissing(session: AgentSession, message: TranscriptMissing): Promise<void>
  telemetry(session: AgentSession, message: TelemetryReport): Promise<void>
  runnerConfined(session: AgentSession, message: RunnerConfined): Promise<void>
}

/** The runner that a report is about; null for one that is about none. */
function runnerIdOf(message: unknown): string | null {
  if (typeof message !== 'object' || message === null || !('runnerId' in message)) return null
  return typeof message.runnerId === 'string' ? message.runnerId : null
}

/** Serves the reports of one joined agent. */
export function serveReports(
  socket: AgentSocket,
  session: AgentSession,
  own: OwnRunners,
  handlers: AgentReportHandlers,
  log: Logger,
): void {
  async function perform<Message>(
    event: keyof AgentToDaemon,
    schema: z.ZodType<Message>,
    message: unknown,
    handle: (message: Message) => Promise<unknown>,
  ): Promise<({ ok: true } & object) | Refusal> {
    const parsed = schema.safeParse(message)
    if (!parsed.success) {
      log.warn({ event, agentId: session.agentId }, 'malformed agent report refused')
      return { ok: false, code: 'invalid_input', error: `malformed ${event}` }
    }
    try {
      const of = runnerIdOf(parsed.data)
      if (of !== null && !(await own.may(event, of))) {
        return { ok: false, code: 'not_found', error: 'this node has no such runner' }
      }
      const result = await handle(parsed.data)
      return { ok: true, ...(typeof result === 'object' ? result : {}) }
    } catch (error) {
      if (error instanceof StratavoreError) return { ok: false, code: error.code, error: error.message }
      log.error({ err: error, event }, 'an agent report could not be taken')
      return { ok: false, code: 'unavailable', error: 'it could not be recorded' }
    }
  }

  /** One report: checked, handled, answered. Whether an answer is wanted is the sender's word. */
  function serve<Message>(
    event: keyof AgentReportHandlers,
    schema: z.ZodType<Message>,
    handle: (message: Message) => Promise<unknown>,
  ): void {
    // Which message belongs to which event is said by the schema beside it; the socket's map of events is beyond the types.
    const on = socket.on.bind(socket) as unknown as (name: string, listener: (...given: unknown[]) => void) => void
    on(event, (message, reply) => {
      void perform(event, schema, message, handle).then((answer) => {
        if (typeof reply === 'function') reply(answer)
      })
    })
  }

  serve('activity', activityReport, (report) => handlers.activity(session, report))
  serve('notice', noticeReport, (report) => handlers.notice(session, report))
  serve('sessionBound', sessionBound, (message) => handlers.sessionBound(session, message))
  serve('approvalRequested', approvalRequested, (message) => handlers.approvalRequested(session, message))
  serve('approvalClosed', approvalClosed, (message) => handlers.approvalClosed(session, message))
  serve('transcriptCursors', transcriptCursorsRequest, (message) => handlers.transcriptCursors(session, message))
  serve('transcriptBatch', transcriptBatch, (message) => handlers.transcriptBatch(session, message))
  serve('transcriptMissing', transcriptMissing, (message) => handlers.transcriptMissing(session, message))
  serve('telemetry', telemetryReport, (message) => handlers.telemetry(session, message))
  serve('runnerConfined', runnerConfined, (message) => handlers.runnerConfined(session, message))
}

import type { SessionCheck, TranscriptHits, TranscriptPage } from '@/contracts/agent-protocol/session-files'
import { redactJson } from '@/contracts/redaction/redact-text'
import type { Session } from '@/contracts/session/session'
import type {
  SessionSearchInput,
  SessionTranscript,
  SessionTranscriptInput,
} from '@/contracts/session/session-transcript'
import { StratavoreError } from '../../core/errors'
import { recordRead } from '../audit/record-read'
import { projectRedactor } from '../secret/project-redactor'
import type { ServiceContext } from '../service-context'
import { getSession } from './get-session'

/** Whether its provider would take the session up again, looked at on its node's disk now. Throws `node_unavailable`. */
export async function checkSession(ctx: ServiceContext, input: { id: string }): Promise<SessionCheck> {
  return checkOnDisk(ctx, await getSession(ctx, input))
}

/** The same, of a session at hand. */
export function checkOnDisk(ctx: ServiceContext, session: Session): Promise<SessionCheck> {
  const { provider, providerSessionId } = session
  return ctx.daemon.checkSession(nodeOf(session), { provider, providerSessionId })
}

/** A page of its transcript, with what its messages cost. Throws `not_found` when it has none on its node's disk. */
export async function readSessionTranscript(
  ctx: ServiceContext,
  input: SessionTranscriptInput,
): Promise<SessionTranscript> {
  const { id, ...page } = input
  const session = await getSession(ctx, { id })
  await recordRead(ctx, { action: 'transcript.read', target: { type: 'session', id } })
  const { provider, providerSessionId } = session
  const told = await ctx.daemon.readTranscript(nodeOf(session), { provider, providerSessionId, ...page })
  const read = await withoutSecrets(ctx, session, told)
  return { ...read, costs: await readCosts(ctx, session, read) }
}

/** Of the messages of a page; those that a fork has copied were paid for by its parent. */
async function readCosts(ctx: ServiceContext, session: Session, page: TranscriptPage): Promise<Record<string, number>> {
  const messageIds = page.entries.flatMap((entry) => ('messageId' in entry ? (entry.messageId ?? []) : []))
  if (messageIds.length === 0) return {}
  const sessionIds = session.parentId === null ? [session.id] : [session.id, session.parentId]
  const rows = await ctx.db.prisma.usageEntry.findMany({
    where: { sessionId: { in: sessionIds }, messageId: { in: [...new Set(messageIds)] }, costUsd: { not: null } },
    select: { messageId: true, costUsd: true },
  })
  return Object.fromEntries(rows.map(({ messageId, costUsd }) => [messageId ?? '', costUsd?.toNumber() ?? 0]))
}

/** Where a text occurs in its transcript, case-insensitive, oldest first. */
export async function searchSessionTranscript(ctx: ServiceContext, input: SessionSearchInput): Promise<TranscriptHits> {
  const { id, ...search } = input
  const session = await getSession(ctx, { id })
  await recordRead(ctx, { action: 'transcript.read', target: { type: 'session', id } })
  const { provider, providerSessionId } = session
  const hits = await ctx.daemon.searchTranscript(nodeOf(session), { provider, providerSessionId, ...search })
  return withoutSecrets(ctx, session, hits)
}

/** Its agent has taken out what it knows: variables of a project only since it last ran something of it. */
async function withoutSecrets<Told>(ctx: ServiceContext, { projectId }: Session, told: Told): Promise<Told> {
  return redactJson(told, await projectRedactor(ctx, ctx.db.prisma, projectId))
}

function nodeOf(session: Session): string {
  if (session.nodeId !== null) return session.nodeId
  throw new StratavoreError('node_unavailable', 'It is not known which node has this session on its disk.')
}

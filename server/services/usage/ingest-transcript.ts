import type { TranscriptBatch } from '@/contracts/agent-protocol/transcript'
import type { Tx } from '../../db/database'
import { withTransaction } from '../../db/database'
import { Prisma } from '../../db/generated/client'
import { storable } from '../../db/storable-json'
import type { NewEvent } from '../../outbox/append'
import { projectAround } from '../project/project-around'
import { projectRedactor } from '../secret/project-redactor'
import { claimForProject } from './claim-usage'
import { type FileCursor, judgeCursor } from './judge-cursor'
import { placeSessions } from './place-sessions'
import { recordUsage } from './record-usage'
import type { UsageContext } from './usage-context'
import { lockLedger } from './write-usage'

/**
 * Takes what was read of a transcript: its session, its requests, and how far it is read, in one transaction. So each
 * part of a file counts exactly once, wherever anything is killed. Returns the offset that everything before is taken of,
 * which is another than the batch's end when the batch does not follow on what was taken.
 */
export async function ingestTranscript(
  ctx: UsageContext,
  nodeId: string,
  told: TranscriptBatch,
): Promise<{ offset: number }> {
  const read = storable(told)
  const startedMs = ctx.clock.monotonicMs()
  const offset = await withTransaction(ctx.db, async (tx) => {
    const cursor = await lockCursor(ctx, tx, nodeId, read)
    const goOnFrom = judgeCursor(cursor, { fileId: read.file.fileId, from: read.from })
    if (goOnFrom !== null) return goOnFrom
    const batch = await withoutSecrets(ctx, tx, nodeId, read)
    await lockLedger(tx)
    await placeSessionsOf(ctx, tx, nodeId, batch)
    const { provider } = batch.file
    const finish = await recordUsage(ctx, tx, { nodeId, provider, teller: 'transcript', records: batch.usage })
    const crossed = batch.file.subagentId === null ? await updateSession(ctx, tx, nodeId, batch) : []
    await moveCursor(ctx, tx, nodeId, batch)
    await finish(crossed)
    return batch.to
  })
  ctx.usage.ingested(read, (ctx.clock.monotonicMs() - startedMs) / 1000)
  return { offset }
}

/** What people and models said themselves; its agent has taken out what it knows: variables of a project only since it last ran something of it. */
async function withoutSecrets(
  ctx: UsageContext,
  tx: Tx,
  nodeId: string,
  batch: TranscriptBatch,
): Promise<TranscriptBatch> {
  const { file, session } = batch
  if (session.title === null && session.firstPrompt === null) return batch
  const [place] = await tx.$queryRaw<{ projectId: string | null }[]>`
    SELECT COALESCE(
             (SELECT project_id FROM sessions
               WHERE provider = ${file.provider}::provider AND provider_session_id = ${file.providerSessionId}),
             ${projectAround(nodeId, Prisma.sql`${session.cwd ?? ''}`)}) AS "projectId"`
  const redact = await projectRedactor(ctx, tx, place?.projectId ?? null)
  const shown = (text: string | null) => (text === null ? null : redact(text))
  return { ...batch, session: { ...session, title: shown(session.title), firstPrompt: shown(session.firstPrompt) } }
}

/** The file's cursor, which nobody else moves until this transaction ends. */
async function lockCursor(ctx: UsageContext, tx: Tx, nodeId: string, { file }: TranscriptBatch): Promise<FileCursor> {
  const rows = await tx.$queryRaw<{ fileId: string; offset: bigint }[]>`
    INSERT INTO transcript_files AS f (node_id, path, provider, provider_session_id, subagent_id, file_id, updated_at)
    VALUES (${nodeId}::uuid, ${file.path}, ${file.provider}::provider, ${file.providerSessionId}, ${file.subagentId},
            ${file.fileId}, ${ctx.clock.now()})
    ON CONFLICT (node_id, path) DO UPDATE SET updated_at = EXCLUDED.updated_at
    RETURNING f.file_id AS "fileId", f."offset"`
  const [row] = rows
  return { fileId: row?.fileId ?? file.fileId, offset: Number(row?.offset ?? 0) }
}

async function moveCursor(ctx: UsageContext, tx: Tx, nodeId: string, batch: TranscriptBatch): Promise<void> {
  const { file, from, to, session } = batch
  await tx.$executeRaw`
    UPDATE transcript_files
       SET file_id = ${file.fileId}, provider_session_id = ${file.providerSessionId}, "offset" = ${to},
           malformed_lines = ${session.malformedLines} + CASE WHEN ${from} = 0 THEN 0 ELSE malformed_lines END,
           missing_since = NULL, updated_at = ${ctx.clock.now()}
     WHERE node_id = ${nodeId}::uuid AND path = ${file.path}`
}

async function placeSessionsOf(ctx: UsageContext, tx: Tx, nodeId: string, batch: TranscriptBatch): Promise<void> {
  const { file, session, usage } = batch
  const ids = new Set([file.providerSessionId, ...usage.map(({ providerSessionId }) => providerSessionId)])
  const now = ctx.clock.now().getTime()
  await placeSessions(tx, {
    nodeId,
    provider: file.provider,
    providerSessionIds: [...ids],
    cwd: session.cwd ?? '',
    startedAt: new Date(session.firstAt ?? now),
    lastActivityAt: new Date(session.lastAt ?? now),
  })
}

/**
 * What a batch from a file's beginning says of messages stands for what was counted of it before. A session that has a
 * project only now brings along what was used in it. Returns the events to append.
 */
async function updateSession(
  ctx: UsageContext,
  tx: Tx,
  nodeId: string,
  { file, session, from }: TranscriptBatch,
): Promise<NewEvent[]> {
  const lastAt = session.lastAt === null ? null : new Date(session.lastAt)
  const [updated] = await tx.$queryRaw<{ id: string; projectId: string | null }[]>`
    UPDATE sessions
       SET title = COALESCE(${session.title}, title), first_prompt = COALESCE(first_prompt, ${session.firstPrompt}),
           cwd = COALESCE(${session.cwd}, cwd), model = COALESCE(${session.model}, model),
           git_branch = COALESCE(${session.gitBranch}, git_branch),
           program_version = COALESCE(${session.programVersion}, program_version),
           message_count = ${session.messages} + CASE WHEN ${from} = 0 THEN 0 ELSE message_count END,
           last_activity_at = GREATEST(last_activity_at, ${lastAt}), node_id = ${nodeId}::uuid,
           transcript_path = ${file.path},
           project_id = COALESCE(project_id, ${projectAround(nodeId, Prisma.sql`COALESCE(${session.cwd}, cwd)`)})
     WHERE provider = ${file.provider}::provider AND provider_session_id = ${file.providerSessionId}
    RETURNING id, project_id AS "projectId"`
  if (updated === undefined || updated.projectId === null) return []
  return claimForProject(ctx, tx, { sessionId: updated.id, projectId: updated.projectId })
}

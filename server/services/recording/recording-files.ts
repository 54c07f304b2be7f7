import type { z } from 'zod'
import type {
  RecordingHits,
  RecordingInfo,
  RecordingPage,
  recordingInfoInput,
  recordingReadInput,
  recordingSearchInput,
} from '@/contracts/recording/recording'
import { requireInProject } from '../../core/access/access'
import { notFound } from '../../core/errors'
import { recordRead } from '../audit/record-read'
import type { ServiceContext } from '../service-context'

/** What of a runner is recorded on its node's disk. Throws `not_found` when nothing is, `node_unavailable`. */
export async function describeRecording(
  ctx: ServiceContext,
  { id, ...question }: z.output<typeof recordingInfoInput>,
): Promise<RecordingInfo> {
  return ctx.daemon.recordingInfo(await nodeOf(ctx, id), { runnerId: id, ...question })
}

/** A page of the recording of one of its lives. */
export async function readRecording(
  ctx: ServiceContext,
  { id, ...question }: z.output<typeof recordingReadInput>,
): Promise<RecordingPage> {
  return ctx.daemon.readRecording(await nodeOf(ctx, id), { runnerId: id, ...question })
}

/** Where a text occurs in what one of its lives wrote. */
export async function searchRecording(
  ctx: ServiceContext,
  { id, ...question }: z.output<typeof recordingSearchInput>,
): Promise<RecordingHits> {
  return ctx.daemon.searchRecording(await nodeOf(ctx, id), { runnerId: id, ...question })
}

async function nodeOf(ctx: ServiceContext, runnerId: string): Promise<string> {
  const runner = await ctx.db.prisma.runner.findUnique({
    where: { id: runnerId },
    select: { nodeId: true, projectId: true },
  })
  if (!runner) throw notFound('runner', runnerId)
  requireInProject(ctx, runner.projectId, { type: 'runner', ref: runnerId })
  await recordRead(ctx, { action: 'recording.read', target: { type: 'runner', id: runnerId } })
  return runner.nodeId
}

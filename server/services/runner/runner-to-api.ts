import { type ActivityDetail, activityDetail } from '@/contracts/runner/activity-detail'
import { type RunnerConfinement, runnerConfinement } from '@/contracts/runner/confinement'
import { runnerNotice, storedNotice } from '@/contracts/runner/notice'
import type { Runner } from '@/contracts/runner/runner'
import type { Prisma } from '../../db/generated/client'

/** What a runner's row needs beside it to become the API's runner. */
export const runnerInclude = {
  project: { select: { name: true } },
  node: { select: { name: true } },
  vitals: true,
} satisfies Prisma.RunnerInclude

type RunnerRow = Prisma.RunnerGetPayload<{ include: typeof runnerInclude }>

/** A runner as the API gives it. Load figures of an ended runner are zero, not the last ones seen. */
export function runnerToApi(row: RunnerRow): Runner {
  const live = row.endedAt === null && row.vitals?.epoch === row.epoch ? row.vitals : null
  return {
    id: row.id,
    name: row.name,
    project: row.project.name,
    projectId: row.projectId,
    provider: row.provider,
    status: row.status,
    desired: row.desired,
    activity: row.activity,
    activitySince: row.activitySince.toISOString(),
    activityDetail: detailToApi(row.activityDetail),
    notice: row.endedAt === null ? noticeToApi(row.notice, row.epoch) : null,
    node: row.node.name,
    nodeId: row.nodeId,
    pid: row.pid,
    sessionId: row.sessionId,
    cwd: row.cwd,
    epoch: row.epoch,
    restartPolicy: row.restartPolicy === 'on_failure' ? 'on-failure' : 'never',
    restartCount: row.restartCount,
    nextStartAt: row.nextStartAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
    startedAt: row.startedAt?.toISOString() ?? null,
    endedAt: row.endedAt?.toISOString() ?? null,
    exitCode: row.exitCode,
    signal: row.signal,
    reason: row.reason,
    lastLines: row.lastLines,
    cpuPercent: live?.cpuPercent ?? 0,
    cpuLimitPercent: live?.cpuLimitPercent ?? null,
    memoryBytes: Number(live?.memoryBytes ?? 0),
    tokensUsed: Number(row.tokensUsed),
    lastHeartbeatAt: row.vitals?.heartbeatAt.toISOString() ?? null,
    confinement: confinementToApi(row),
    inputRecorded: row.inputRecordedIn === row.epoch,
    cols: row.cols,
    rows: row.rows,
  }
}

/** What it rang for in this life. */
function noticeToApi(stored: Prisma.JsonValue, epoch: number): Runner['notice'] {
  const { data } = storedNotice.safeParse(stored)
  return data === undefined || data.epoch !== epoch ? null : runnerNotice.parse(data)
}

/** What was measured in its present life; null for none, and for what another version wrote in another shape. */
const confinementToApi = ({ confinement, confinementEpoch, epoch }: RunnerRow): RunnerConfinement | null =>
  confinementEpoch === epoch ? (runnerConfinement.safeParse(confinement).data ?? null) : null

/** The detail as it was reported; null for none, and for what another version wrote in another shape. */
export const detailToApi = (stored: Prisma.JsonValue): ActivityDetail | null =>
  activityDetail.safeParse(stored).data ?? null

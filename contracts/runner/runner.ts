import { z } from 'zod'
import { timestamp, uuid } from '../primitives'
import { providerId } from '../provider/provider'
import { activityDetail } from './activity-detail'
import { runnerConfinement } from './confinement'
import { runnerNotice } from './notice'
import { desiredStatus, runnerActivity, runnerStatus } from './status'

/** `never`: an end is an end. `on-failure`: started again after a failure, with a capped backoff. */
export const restartPolicy = z.enum(['never', 'on-failure'])
export type RestartPolicy = z.infer<typeof restartPolicy>

/** A runner as the API gives it. `--json` prints this very object. */
export const runner = z.object({
  id: uuid,
  name: z.string().nullable(),
  /** Project name. */
  project: z.string(),
  projectId: uuid,
  provider: providerId,
  status: runnerStatus,
  desired: desiredStatus,
  activity: runnerActivity,
  /** When the activity last changed. */
  activitySince: timestamp,
  /** The tool, sub-agents, todo list and message; null where the program tells nothing. */
  activityDetail: activityDetail.nullable(),
  /** What its program rang for since somebody was attached last; null for nothing. */
  notice: runnerNotice.nullable(),
  /** Node name. */
  node: z.string(),
  nodeId: uuid,
  pid: z.number().int().nullable(),
  sessionId: z.string().nullable(),
  cwd: z.string(),
  /** Counts (re)starts of the same runner; fences messages of an earlier life. */
  epoch: z.number().int(),
  restartPolicy,
  restartCount: z.number().int(),
  /** When a failed runner is started again, while it waits out its backoff. */
  nextStartAt: timestamp.nullable(),
  createdAt: timestamp,
  startedAt: timestamp.nullable(),
  endedAt: timestamp.nullable(),
  exitCode: z.number().int().nullable(),
  signal: z.string().nullable(),
  /** Why it is in its status, for people; null when there is nothing to explain. */
  reason: z.string().nullable(),
  /** The last lines it printed, kept when it ended by itself. */
  lastLines: z.string().nullable(),
  /** Of the whole process tree; 100 is one core. */
  cpuPercent: z.number(),
  /** What its project's CPU quota holds it to; null while it does not. */
  cpuLimitPercent: z.number().nullable(),
  /** Resident memory of the whole process tree, bytes. */
  memoryBytes: z.number(),
  tokensUsed: z.number(),
  lastHeartbeatAt: timestamp.nullable(),
  /** What confines it, measured in its present life; null until its agent has. */
  confinement: runnerConfinement.nullable(),
  /** What is typed is part of the recording of its present life. */
  inputRecorded: z.boolean(),
  cols: z.number().int(),
  rows: z.number().int(),
})
export type Runner = z.infer<typeof runner>

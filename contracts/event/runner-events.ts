import { z } from 'zod'
import { driveEnd } from '../drive/drive'
import { timestamp, uuid } from '../primitives'
import { providerId } from '../provider/provider'
import { MAX_NOTICE_LENGTH, noticeKind } from '../runner/notice'
import { desiredStatus, runnerActivity, runnerStatus } from '../runner/status'

/** What every change of a runner's status tells. */
const runnerChange = z.object({
  provider: providerId,
  status: runnerStatus.describe('The status after the change.'),
  previousStatus: runnerStatus,
  desired: desiredStatus.describe('What the user wants; the daemon drives the status towards it.'),
  epoch: z.number().int().describe('Counts (re)starts of the same runner.'),
  pid: z.number().int().nullable(),
  exitCode: z.number().int().nullable(),
  signal: z.string().nullable(),
  reason: z.string().nullable().describe('Why, for people; null when there is nothing to explain.'),
  activity: runnerActivity.describe('What it did before this change.'),
  activitySince: timestamp.describe('Since when it did that.'),
  restartCount: z.number().int().optional(),
  nextStartAt: timestamp.optional().describe('When it is started again.'),
  force: z.boolean().optional().describe('Whether a stop was asked for without grace.'),
})

const runnerLaunched = z.object({
  provider: providerId,
  status: runnerStatus,
  epoch: z.number().int(),
  cwd: z.string().describe('Directory it runs in.'),
  sessionId: z.string().nullable(),
})

const runnerActivityChange = z.object({
  activity: runnerActivity.describe('What it does now.'),
  previous: runnerActivity.describe('What it did before.'),
  previousSeconds: z.number().describe('How long it did that, seconds.'),
  provider: providerId,
  epoch: z.number().int(),
})

const runnerLimited = z.object({
  provider: providerId,
  epoch: z.number().int(),
  cpuPercent: z.number().nullable().describe('What it may use, 100 is one core; null: it is not held any more.'),
  quotaPercent: z
    .number()
    .nullable()
    .describe("The CPU quota of its project's runners; null when there is none any more."),
})

const runnerNoticed = z.object({
  provider: providerId,
  epoch: z.number().int(),
  notice: noticeKind.describe('A bell, or a notification (OSC 9, 99, 777).'),
  message: z.string().max(MAX_NOTICE_LENGTH).describe("The program's own text, one line; empty for a bell."),
  count: z.number().int().describe('How many came since the event before; only the last one is told.'),
  attended: z.boolean().describe('Whether somebody was attached.'),
})

const runnerAttended = z.object({ provider: providerId, epoch: z.number().int() })

const driveBegan = z.object({
  driveId: uuid,
  epoch: z.number().int(),
  user: z.string().describe('Who has the driver seat of its terminal.'),
  beganAt: timestamp,
})

const driveEnded = driveBegan.extend({
  endedAt: timestamp.describe('With `lost`, when it was known last that they drove.'),
  cause: driveEnd.describe('Why they drive no longer.'),
  inputBytes: z.number().int().describe('What they sent.'),
  lastInputAt: timestamp.nullable(),
})

const runnerHeartbeat = z.object({ epoch: z.number().int(), seq: z.number().int(), runnerId: uuid })

/** `data` of the events of a runner. */
export const runnerEventData = {
  'runner.launched': runnerLaunched,
  'runner.started': runnerChange,
  'runner.stopping': runnerChange,
  'runner.stopped': runnerChange,
  'runner.failed': runnerChange,
  'runner.lost': runnerChange,
  'runner.paused': runnerChange,
  'runner.resumed': runnerChange,
  'runner.restarting': runnerChange,
  'runner.adopted': runnerChange,
  'runner.activity': runnerActivityChange,
  'runner.limited': runnerLimited,
  'runner.notice': runnerNoticed,
  'runner.attended': runnerAttended,
  'runner.drive_began': driveBegan,
  'runner.drive_ended': driveEnded,
  'runner.heartbeat': runnerHeartbeat,
} as const

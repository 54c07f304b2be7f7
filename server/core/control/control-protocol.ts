import { z } from 'zod'
import { judgedPath, judgePath } from '@/contracts/agent-protocol/place'
import {
  recordingInfoRequest,
  recordingReadRequest,
  recordingSearchRequest,
} from '@/contracts/agent-protocol/recording'
import {
  checkSession,
  readTranscript,
  searchTranscript,
  sessionCheck,
  transcriptHits,
  transcriptPage,
} from '@/contracts/agent-protocol/session-files'
import { errorCode } from '@/contracts/errors/errors'
import { recordingHits, recordingInfo, recordingPage } from '@/contracts/recording/recording'
import { runnerLogs, runnerScreen } from '@/contracts/runner/inputs'
import { reconcileReport } from '@/contracts/system/system'
import { thumbnails, thumbnailsQuestion } from '@/contracts/terminal/thumbnail'

/** What web asks of the daemon over the daemon's Unix socket: `POST /control/<verb>` with a JSON body. */
export const CONTROL_PATH = '/control/'

const daemonStatus = z.object({
  pid: z.number(),
  startedAt: z.string(),
  memoryBytes: z.number(),
  uptimeSeconds: z.number(),
  role: z.enum(['leading', 'standby', 'suspended']),
  agentsConnected: z.number(),
  heartbeatLatencyP50Ms: z.number().nullable(),
  heartbeatLatencyP99Ms: z.number().nullable(),
  broker: z.object({
    kind: z.enum(['local', 'amqp']),
    state: z.enum(['connecting', 'ready', 'blocked', 'closed']),
    since: z.string(),
    error: z.string().nullable(),
  }),
})

/** A question about the disk of one node. */
const onNode = <T extends z.ZodType>(question: T) => z.object({ nodeId: z.uuid(), question })

/** Every verb with its input and output. */
export const controlVerbs = {
  status: { input: z.object({}), output: daemonStatus },
  metrics: { input: z.object({}), output: z.object({ contentType: z.string(), text: z.string() }) },
  reconcile: { input: z.object({}), output: reconcileReport },
  screen: { input: z.object({ runnerId: z.uuid(), ansi: z.boolean() }), output: runnerScreen },
  thumbnails: { input: thumbnailsQuestion, output: thumbnails },
  send: { input: z.object({ runnerId: z.uuid(), text: z.string() }), output: z.object({}) },
  logs: {
    input: z.object({ runnerId: z.uuid(), from: z.number().int(), limit: z.number().int() }),
    output: runnerLogs,
  },
  judgePath: { input: onNode(judgePath), output: judgedPath },
  checkSession: { input: onNode(checkSession), output: sessionCheck },
  readTranscript: { input: onNode(readTranscript), output: transcriptPage },
  searchTranscript: { input: onNode(searchTranscript), output: transcriptHits },
  recordingInfo: { input: onNode(recordingInfoRequest), output: recordingInfo },
  readRecording: { input: onNode(recordingReadRequest), output: recordingPage },
  searchRecording: { input: onNode(recordingSearchRequest), output: recordingHits },
} as const
export type ControlVerb = keyof typeof controlVerbs

export const controlError = z.object({ code: errorCode, message: z.string(), hint: z.string().nullable() })

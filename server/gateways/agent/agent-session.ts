import type { Socket } from 'socket.io'
import type { z } from 'zod'
import type { AnswerApproval, SetToolGate } from '@/contracts/agent-protocol/approval'
import type { AgentToDaemon, DaemonToAgent } from '@/contracts/agent-protocol/events'
import type {
  Ack,
  InputReply,
  JoinRequest,
  LimitCpu,
  LogReply,
  LogRequest,
  RunnerInput,
  RunnerTarget,
  ScreenReply,
  ScreenRequest,
  StartReply,
  StartRunner,
  StopRunner,
  ThumbnailsReply,
  WatchReply,
  WatchRunner,
} from '@/contracts/agent-protocol/messages'
import {
  ack,
  inputReply,
  logReply,
  screenReply,
  startReply,
  thumbnailsReply,
  watchReply,
} from '@/contracts/agent-protocol/messages'
import { type JudgePath, type JudgePathReply, judgePathReply } from '@/contracts/agent-protocol/place'
import { type TypePrompt, type TypePromptReply, typePromptReply } from '@/contracts/agent-protocol/prompt'
import {
  type RecordingInfoReply,
  type RecordingInfoRequest,
  type RecordingReadReply,
  type RecordingReadRequest,
  type RecordingSearchReply,
  type RecordingSearchRequest,
  recordingInfoReply,
  recordingReadReply,
  recordingSearchReply,
} from '@/contracts/agent-protocol/recording'
import {
  type CheckSession,
  type CheckSessionReply,
  checkSessionReply,
  type ReadTranscript,
  type ReadTranscriptReply,
  readTranscriptReply,
  type SearchTranscript,
  type SearchTranscriptReply,
  searchTranscriptReply,
} from '@/contracts/agent-protocol/session-files'
import { asksForConfinement } from '@/contracts/project/confinement'
import type { ThumbnailsQuestion } from '@/contracts/terminal/thumbnail'
import { StratavoreError } from '../../core/errors'
import type { ObservedRunner } from '../../core/ports/agent-commands'

export type AgentSocket = Socket<AgentToDaemon, DaemonToAgent>

/** An agent answers within milliseconds; a spawn on a loaded machine may take seconds. */
const CALL_TIMEOUT_MS = 15_000
/** A prompt is answered once the program has told that it has it. */
const PROMPT_TIMEOUT_MS = 60_000
/** A search through hundreds of megabytes of a transcript or a recording. */
const SEARCH_TIMEOUT_MS = 30_000
/** Input is answered once the program has taken it; one that does not read its terminal may take very long. */
const INPUT_TIMEOUT_MS = 10 * 60_000

const TOO_OLD_TO_CONFINE: StartReply = {
  ok: false,
  code: 'confinement_unavailable',
  error:
    'The agent of this node is of an older version and cannot confine runners. It is replaced once its runners have ended.',
}

type Call = {
  [K in keyof DaemonToAgent]: Parameters<DaemonToAgent[K]> extends [unknown, (reply: never) => void] ? K : never
}[keyof DaemonToAgent]

/** One joined agent: what it holds, and typed calls to it. */
export interface AgentSession {
  readonly agentId: string
  readonly nodeId: string
  readonly process: JoinRequest['process']
  readonly runners: Map<string, ObservedRunner>
  /** Runners whose output was asked for on this connection. */
  readonly watched: ReadonlySet<string>
  start(message: StartRunner): Promise<StartReply>
  stop(message: StopRunner): Promise<Ack>
  pause(message: RunnerTarget): Promise<Ack>
  resume(message: RunnerTarget): Promise<Ack>
  forget(message: RunnerTarget): Promise<Ack>
  input(message: RunnerInput): Promise<InputReply>
  resize(runnerId: string, size: { cols: number; rows: number }): Promise<Ack>
  watch(message: WatchRunner): Promise<WatchReply>
  unwatch(runnerId: string): void
  acknowledge(runnerId: string, offset: number): void
  screen(message: ScreenRequest): Promise<ScreenReply>
  /** None, from an agent of before protocol 3. */
  thumbnails(message: ThumbnailsQuestion): Promise<ThumbnailsReply>
  readLog(message: LogRequest): Promise<LogReply>
  answerApproval(message: AnswerApproval): Promise<Ack>
  setToolGate(message: SetToolGate): Promise<Ack>
  limitCpu(message: LimitCpu): Promise<Ack>
  typePrompt(message: TypePrompt): Promise<TypePromptReply>
  checkSession(message: CheckSession): Promise<CheckSessionReply>
  readTranscript(message: ReadTranscript): Promise<ReadTranscriptReply>
  searchTranscript(message: SearchTranscript): Promise<SearchTranscriptReply>
  recordingInfo(message: RecordingInfoRequest): Promise<RecordingInfoReply>
  readRecording(message: RecordingReadRequest): Promise<RecordingReadReply>
  searchRecording(message: RecordingSearchRequest): Promise<RecordingSearchReply>
  /** What a directory on its machine is really called. */
  judgePath(message: JudgePath): Promise<JudgePathReply>
  /** Has it renew its certificate now; one of before protocol 4 has none. */
  renewNow(): void
  shutdown(stopRunners: boolean, graceMs: number): Promise<Ack>
  disconnect(): void
}

/** Wraps a joined agent's socket. Replies are checked: an agent is another process, maybe of another version. */
export function createAgentSession(
  socket: AgentSocket,
  peer: { nodeId: string; protocol: number },
  join: JoinRequest,
): AgentSession {
  const { nodeId, protocol } = peer
  const agentId = join.instanceId
  const runners = new Map<string, ObservedRunner>(
    join.runners.map((held) => [
      held.runnerId,
      { agentId, epoch: held.epoch, state: held.state, process: held.process, exit: held.exit },
    ]),
  )

  async function call<T>(event: Call, message: unknown, schema: z.ZodType<T>, timeoutMs = CALL_TIMEOUT_MS): Promise<T> {
    let reply: unknown
    try {
      // The event map ties each event to its message; the union over all of them is what the type cannot follow.
      reply = await (socket.timeout(timeoutMs) as unknown as Socket).emitWithAck(event, message)
    } catch (cause) {
      throw new StratavoreError('timeout', `The agent did not answer to ${event}.`, { cause })
    }
    return schema.parse(reply)
  }

  /** A call that agents of before `version` do not know. */
  const callSince =
    (version: number): typeof call =>
    async (event, message, schema, timeoutMs) => {
      if (protocol >= version) return call(event, message, schema, timeoutMs)
      throw new StratavoreError('unavailable', "The runner's agent is of an older version and cannot do this.", {
        hint: 'It is replaced once its runners have ended: `stratavore down --stop-runners`, then start again.',
      })
    }
  const callNew = callSince(2)
  const callNewest = callSince(3)

  const callToday = callSince(4)
  const watched = new Set<string>()

  const held = (target: RunnerTarget): ObservedRunner | null => {
    const runner = runners.get(target.runnerId)
    return runner?.epoch === target.epoch ? runner : null
  }

  return {
    agentId,
    nodeId,
    process: join.process,
    runners,
    watched,
    start: async (message) => {
      // It would start it as if nothing had been asked for.
      if (protocol < 4 && asksForConfinement(message.confinement)) return TOO_OLD_TO_CONFINE
      const reply = await call('startRunner', message, startReply)
      const earlier = runners.get(message.runnerId)
      // Its exit may have overtaken this reply.
      if (reply.ok && (!earlier || earlier.epoch < message.epoch)) {
        runners.set(message.runnerId, {
          agentId,
          epoch: message.epoch,
          state: 'running',
          process: reply.process,
          exit: null,
        })
      }
      return reply
    },
    stop: (message) => call('stopRunner', message, ack, CALL_TIMEOUT_MS),
    pause: async (message) => {
      const reply = await call('pauseRunner', message, ack)
      const runner = held(message)
      if (reply.ok && runner?.state === 'running') runner.state = 'paused'
      return reply
    },
    resume: async (message) => {
      const reply = await call('resumeRunner', message, ack)
      const runner = held(message)
      if (reply.ok && runner?.state === 'paused') runner.state = 'running'
      return reply
    },
    forget: async (message) => {
      const reply = await call('forgetRunner', message, ack)
      if (reply.ok && held(message)) runners.delete(message.runnerId)
      return reply
    },
    input: (message) => call('input', message, inputReply, INPUT_TIMEOUT_MS),
    resize: (runnerId, size) => call('resizeRunner', { runnerId, ...size }, ack),
    watch: (message) => {
      watched.add(message.runnerId)
      return call('watchRunner', message, watchReply)
    },
    unwatch: (runnerId) => {
      watched.delete(runnerId)
      socket.emit('unwatchRunner', { runnerId })
    },
    acknowledge: (runnerId, offset) => {
      socket.emit('outputAck', runnerId, offset)
    },
    screen: (message) => call('screen', message, screenReply),
    thumbnails: async (message) =>
      protocol >= 3 ? call('thumbnails', message, thumbnailsReply) : { ok: true, thumbnails: [] },
    readLog: (message) => call('readLog', message, logReply),
    answerApproval: (message) => callNew('answerApproval', message, ack),
    setToolGate: (message) => callNew('setToolGate', message, ack),
    limitCpu: (message) =>
      protocol >= 3
        ? call('limitCpu', message, ack)
        : Promise.resolve({ ok: false, code: 'unsupported', error: 'The agent is of an older version.' }),
    typePrompt: (message) => callNew('typePrompt', message, typePromptReply, PROMPT_TIMEOUT_MS),
    checkSession: (message) => callNew('checkSession', message, checkSessionReply),
    readTranscript: (message) => callNew('readTranscript', message, readTranscriptReply, SEARCH_TIMEOUT_MS),
    searchTranscript: (message) => callNew('searchTranscript', message, searchTranscriptReply, SEARCH_TIMEOUT_MS),
    recordingInfo: (message) => callNewest('recordingInfo', message, recordingInfoReply),
    readRecording: (message) => callNewest('readRecording', message, recordingReadReply),
    searchRecording: (message) => callNewest('searchRecording', message, recordingSearchReply, SEARCH_TIMEOUT_MS),
    judgePath: (message) => callToday('judgePath', message, judgePathReply),
    renewNow: () => {
      if (protocol >= 4) socket.emit('renewNow')
    },
    shutdown: (stopRunners, graceMs) => call('shutdown', { stopRunners, graceMs }, ack, CALL_TIMEOUT_MS + graceMs),
    disconnect: () => {
      socket.disconnect(true)
    },
  }
}

import type { Socket } from 'socket.io-client'
import { z } from 'zod'
import { answerApproval, setToolGate } from '@/contracts/agent-protocol/approval'
import type { AgentToDaemon, DaemonToAgent } from '@/contracts/agent-protocol/events'
import {
  limitCpu,
  logRequest,
  type Refusal,
  resizeRunner,
  runnerInput,
  runnerTarget,
  screenRequest,
  startRunner,
  stopRunner,
  type WatchReply,
  watchRunner,
} from '@/contracts/agent-protocol/messages'
import { type JudgePath, type JudgePathReply, judgePath } from '@/contracts/agent-protocol/place'
import { typePrompt } from '@/contracts/agent-protocol/prompt'
import {
  recordingInfoRequest,
  recordingReadRequest,
  recordingSearchRequest,
} from '@/contracts/agent-protocol/recording'
import {
  type CheckSession,
  type CheckSessionReply,
  checkSession,
  readTranscript,
  searchTranscript,
} from '@/contracts/agent-protocol/session-files'
import { uuid } from '@/contracts/primitives'
import type { RedactText } from '@/contracts/redaction/redact-text'
import { thumbnailsQuestion } from '@/contracts/terminal/thumbnail'
import type { HeldApprovals } from '../approvals/held-approvals'
import type { ToolGate } from '../budget-gate/tool-gate'
import type { Drafts } from '../prompts/drafts'
import type { PromptTypist } from '../prompts/prompt-typist'
import type { Roster } from '../runner/roster'
import { Refused } from '../runner/runner-host'
import type { ReaderLink } from '../transcripts/reader-process'

export type DaemonSocket = Socket<DaemonToAgent, AgentToDaemon>

export const shutdownRequest = z.object({ stopRunners: z.boolean(), graceMs: z.number().int().min(0).max(300_000) })
export type ShutdownRequest = z.infer<typeof shutdownRequest>

export interface CommandPorts {
  roster: Roster
  gate: Pick<ToolGate, 'set'>
  /** Who knows the sessions and recordings on this disk. */
  reader: Pick<ReaderLink, 'ask'>
  /** Whether a provider would take a session up again. */
  checkSession(question: CheckSession): Promise<CheckSessionReply>
  /** What a directory of this machine is really called. */
  judgePath(question: JudgePath): Promise<JudgePathReply>
  approvals: Pick<HeldApprovals, 'answer'>
  prompts: Pick<PromptTypist, 'type'>
  drafts: Pick<Drafts, 'typed'>
  /** Throws Refused while runners live and none are to be stopped. Resolves when the agent may exit. */
  shutdown(request: ShutdownRequest): Promise<void>
  /** After the reply to a shutdown has gone out. */
  exit(): void
  /** Takes secrets out of a text. */
  redact: RedactText
  onProblem(message: string, detail: unknown): void
}

const offset = z.number().int().nonnegative()
const OK = { ok: true } as const

/** Refuses whatever went wrong: a daemon's message may fail, it may never bring the agent down. */
function refusal(error: unknown, { onProblem, redact }: Pick<CommandPorts, 'onProblem' | 'redact'>): Refusal {
  if (error instanceof Refused) return { ok: false, code: error.code, error: redact(error.message) }
  if (error instanceof z.ZodError) return { ok: false, code: 'invalid_input', error: redact(z.prettifyError(error)) }
  onProblem('a command of the daemon failed', error)
  return { ok: false, code: 'internal', error: redact(error instanceof Error ? error.message : String(error)) }
}

/**
 * A reply that never throws: nothing that concerns one message may become the agent's end. A daemon of another version
 * may also ask without wanting an answer.
 */
function safeReply<Reply>(reply: unknown, onProblem: CommandPorts['onProblem']): (reply: Reply) => void {
  return (answer) => {
    try {
      if (typeof reply === 'function') reply(answer)
    } catch (error) {
      onProblem('the daemon cannot be answered', error)
    }
  }
}

/** Serves the daemon's commands on one connection. */
export function serveCommands(socket: DaemonSocket, ports: CommandPorts): void {
  const { roster, gate, reader, approvals, prompts, drafts, shutdown, exit, onProblem } = ports

  /** Checks the message, performs it and replies, with a refusal where it cannot be done. */
  async function perform<Message, Reply>(
    schema: z.ZodType<Message>,
    message: unknown,
    reply: (reply: Reply | Refusal) => void,
    action: (message: Message) => Reply | Refusal | Promise<Reply | Refusal>,
  ): Promise<void> {
    const answer = safeReply<Reply | Refusal>(reply, onProblem)
    try {
      answer(await action(schema.parse(message)))
    } catch (error) {
      answer(refusal(error, ports))
    }
  }

  socket.on('startRunner', (message, reply) => perform(startRunner, message, reply, (request) => roster.start(request)))
  socket.on('stopRunner', (message, reply) =>
    perform(stopRunner, message, reply, (request) => {
      roster.stop(request)
      return OK
    }),
  )
  socket.on('pauseRunner', (message, reply) =>
    perform(runnerTarget, message, reply, ({ runnerId, epoch }) => roster.pause(runnerId, epoch).then(() => OK)),
  )
  socket.on('resumeRunner', (message, reply) =>
    perform(runnerTarget, message, reply, ({ runnerId, epoch }) => roster.resume(runnerId, epoch).then(() => OK)),
  )
  socket.on('forgetRunner', (message, reply) =>
    perform(runnerTarget, message, reply, ({ runnerId, epoch }) => roster.forget(runnerId, epoch).then(() => OK)),
  )
  socket.on('input', (message, reply) =>
    perform(runnerInput, message, reply, (input) => {
      drafts.typed(input.runnerId, input.data)
      return roster.input(input)
    }),
  )
  socket.on('resizeRunner', (message, reply) =>
    perform(resizeRunner, message, reply, ({ runnerId, cols, rows }) => {
      roster.resize(runnerId, cols, rows)
      return OK
    }),
  )
  socket.on('watchRunner', (message, reply) => {
    const answer = safeReply<WatchReply>(reply, onProblem)
    void (async () => {
      try {
        const { runnerId, from } = watchRunner.parse(message)
        await roster.watch(runnerId, from, answer)
      } catch (error) {
        answer(refusal(error, ports))
      }
    })()
  })
  socket.on('unwatchRunner', (message) => {
    const target = z.object({ runnerId: uuid }).safeParse(message)
    if (target.success) roster.unwatch(target.data.runnerId)
  })
  socket.on('outputAck', (runnerId, end) => {
    if (uuid.safeParse(runnerId).success && offset.safeParse(end).success) roster.ackOutput(runnerId, end)
  })
  socket.on('screen', (message, reply) =>
    perform(screenRequest, message, reply, async ({ runnerId, ansi }) => ({
      ...OK,
      ...(await roster.screen(runnerId, ansi)),
    })),
  )
  socket.on('thumbnails', (message, reply) =>
    perform(thumbnailsQuestion, message, reply, async (question) => ({
      ...OK,
      thumbnails: await roster.thumbnails(question),
    })),
  )
  socket.on('readLog', (message, reply) =>
    perform(logRequest, message, reply, async ({ runnerId, from, limit }) => ({
      ...OK,
      ...(await roster.readLog(runnerId, from, limit)),
    })),
  )
  socket.on('checkSession', (message, reply) =>
    perform(checkSession, message, reply, (question) => ports.checkSession(question)),
  )
  socket.on('judgePath', (message, reply) =>
    perform(judgePath, message, reply, (question) => ports.judgePath(question)),
  )
  socket.on('readTranscript', (message, reply) =>
    perform(readTranscript, message, reply, (question) => reader.ask('readTranscript', question)),
  )
  socket.on('searchTranscript', (message, reply) =>
    perform(searchTranscript, message, reply, (question) => reader.ask('searchTranscript', question)),
  )
  socket.on('recordingInfo', (message, reply) =>
    perform(recordingInfoRequest, message, reply, (question) => reader.ask('recordingInfo', question)),
  )
  socket.on('readRecording', (message, reply) =>
    perform(recordingReadRequest, message, reply, (question) => reader.ask('readRecording', question)),
  )
  socket.on('searchRecording', (message, reply) =>
    perform(recordingSearchRequest, message, reply, (question) => reader.ask('searchRecording', question)),
  )
  socket.on('answerApproval', (message, reply) =>
    perform(answerApproval, message, reply, (answer) => approvals.answer(answer).then(() => OK)),
  )
  socket.on('typePrompt', (message, reply) =>
    perform(typePrompt, message, reply, async (prompt) => ({ ...OK, confirmed: await prompts.type(prompt) })),
  )
  socket.on('setToolGate', (message, reply) =>
    perform(setToolGate, message, reply, (wish) => {
      gate.set(wish)
      return OK
    }),
  )
  socket.on('limitCpu', (message, reply) =>
    perform(limitCpu, message, reply, ({ runnerId, epoch, percent }) => {
      roster.limitCpu(runnerId, epoch, percent)
      return OK
    }),
  )
  socket.on('shutdown', (message, reply) =>
    perform(shutdownRequest, message, reply, async (request) => {
      await shutdown(request)
      // The reply goes out first: it is written in this turn of the loop.
      setImmediate(exit)
      return OK
    }),
  )
}

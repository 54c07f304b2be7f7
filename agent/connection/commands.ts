import type { Socket } from 'socket.io-client'
import { z } from 'zod'
import type { AgentToDaemon, DaemonToAgent } from '@/contracts/agent-protocol/events'
import {
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
import { uuid } from '@/contracts/primitives'
import type { Roster } from '../runner/roster'
import { Refused } from '../runner/runner-host'

export type DaemonSocket = Socket<DaemonToAgent, AgentToDaemon>

export const shutdownRequest = z.object({ stopRunners: z.boolean(), graceMs: z.number().int().min(0).max(300_000) })
export type ShutdownRequest = z.infer<typeof shutdownRequest>

export interface CommandPorts {
  roster: Roster
  /** Throws Refused while runners live and none are to be stopped. Resolves when the agent may exit. */
  shutdown(request: ShutdownRequest): Promise<void>
  /** After the reply to a shutdown has gone out. */
  exit(): void
  onProblem(message: string, detail: unknown): void
}

const offset = z.number().int().nonnegative()
const OK = { ok: true } as const

/** Refuses whatever went wrong: a daemon's message may fail, it may never bring the agent down. */
function refusal(error: unknown, onProblem: CommandPorts['onProblem']): Refusal {
  if (error instanceof Refused) return { ok: false, code: error.code, error: error.message }
  if (error instanceof z.ZodError) return { ok: false, code: 'invalid_input', error: z.prettifyError(error) }
  onProblem('a command of the daemon failed', error)
  return { ok: false, code: 'internal', error: error instanceof Error ? error.message : String(error) }
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
export function serveCommands(socket: DaemonSocket, { roster, shutdown, exit, onProblem }: CommandPorts): void {
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
      answer(refusal(error, onProblem))
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
  socket.on('input', (message, reply) => perform(runnerInput, message, reply, (input) => roster.input(input)))
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
        answer(refusal(error, onProblem))
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
  socket.on('readLog', (message, reply) =>
    perform(logRequest, message, reply, async ({ runnerId, from, limit }) => ({
      ...OK,
      ...(await roster.readLog(runnerId, from, limit)),
    })),
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

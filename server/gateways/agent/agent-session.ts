import type { Socket } from 'socket.io'
import type { z } from 'zod'
import type { AgentToDaemon, DaemonToAgent } from '@/contracts/agent-protocol/events'
import type {
  Ack,
  InputReply,
  JoinRequest,
  LogReply,
  LogRequest,
  RunnerInput,
  RunnerTarget,
  ScreenReply,
  ScreenRequest,
  StartReply,
  StartRunner,
  StopRunner,
  WatchReply,
  WatchRunner,
} from '@/contracts/agent-protocol/messages'
import { ack, inputReply, logReply, screenReply, startReply, watchReply } from '@/contracts/agent-protocol/messages'
import { StratavoreError } from '../../core/errors'
import type { ObservedRunner } from '../../core/ports/agent-commands'

export type AgentSocket = Socket<AgentToDaemon, DaemonToAgent>

/** An agent answers within milliseconds; a spawn on a loaded machine may take seconds. */
const CALL_TIMEOUT_MS = 15_000
/** Input is answered once the program has taken it; one that does not read its terminal may take very long. */
const INPUT_TIMEOUT_MS = 10 * 60_000

type Call = {
  [K in keyof DaemonToAgent]: Parameters<DaemonToAgent[K]> extends [unknown, (reply: never) => void] ? K : never
}[keyof DaemonToAgent]

/** One joined agent: what it holds, and typed calls to it. */
export interface AgentSession {
  readonly agentId: string
  readonly nodeId: string
  readonly process: JoinRequest['process']
  readonly runners: Map<string, ObservedRunner>
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
  readLog(message: LogRequest): Promise<LogReply>
  shutdown(stopRunners: boolean, graceMs: number): Promise<Ack>
  disconnect(): void
}

/** Wraps a joined agent's socket. Replies are checked: an agent is another process, maybe of another version. */
export function createAgentSession(socket: AgentSocket, nodeId: string, join: JoinRequest): AgentSession {
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

  const held = (target: RunnerTarget): ObservedRunner | null => {
    const runner = runners.get(target.runnerId)
    return runner?.epoch === target.epoch ? runner : null
  }

  return {
    agentId,
    nodeId,
    process: join.process,
    runners,
    start: async (message) => {
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
    watch: (message) => call('watchRunner', message, watchReply),
    unwatch: (runnerId) => {
      socket.emit('unwatchRunner', { runnerId })
    },
    acknowledge: (runnerId, offset) => {
      socket.emit('outputAck', runnerId, offset)
    },
    screen: (message) => call('screen', message, screenReply),
    readLog: (message) => call('readLog', message, logReply),
    shutdown: (stopRunners, graceMs) => call('shutdown', { stopRunners, graceMs }, ack, CALL_TIMEOUT_MS + graceMs),
    disconnect: () => {
      socket.disconnect(true)
    },
  }
}

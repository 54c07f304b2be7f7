import type { Ack, StartReply, StartRunner } from '@/contracts/agent-protocol/messages'
import { StratavoreError } from '@/server/core/errors'
import type { AgentCommands, ObservedRunner } from '@/server/core/ports/agent-commands'

/** Agents that are not there: what they hold and answer is the test's to say. */
export interface FakeAgents extends AgentCommands {
  /** One agent, connected while set. */
  agent: { agentId: string; nodeId: string } | null
  readonly held: Map<string, ObservedRunner>
  /** How a start is answered; `lost`: it happens, and the reply does not arrive. */
  answer: 'ok' | 'busy' | 'lost'
  silentMs: number
  unheard: number
  bootId: string
  /** What was asked of it. */
  readonly starts: StartRunner[]
  readonly stops: { runnerId: string; force: boolean }[]
  readonly limits: { runnerId: string; percent: number | null }[]
  /** How gates are refused; null: they are taken. */
  gateRefusal: Extract<Ack, { ok: false }> | null
  readonly gates: { runnerId: string; reason: string | null }[]
}

const OK: Ack = { ok: true }

export function createFakeAgents(): FakeAgents {
  let pid = 100
  const fake: FakeAgents = {
    agent: null,
    held: new Map(),
    answer: 'ok',
    silentMs: 0,
    unheard: 0,
    bootId: 'boot-1',
    starts: [],
    stops: [],
    limits: [],
    gates: [],
    gateRefusal: null,
    connected: () => (fake.agent ? [{ ...fake.agent, runners: fake.held }] : []),
    silentForMs: () => fake.silentMs,
    unheardMs: () => fake.unheard,
    bootIdOf: () => fake.bootId,
    startRunner: async (agentId, message): Promise<StartReply> => {
      fake.starts.push(message)
      if (fake.answer === 'busy') return { ok: false, code: 'busy', error: 'it is busy' }
      pid += 1
      const process = { pid, startTicks: pid, bootId: fake.bootId }
      fake.held.set(message.runnerId, { agentId, epoch: message.epoch, state: 'running', process, exit: null })
      if (fake.answer === 'lost') throw new StratavoreError('timeout', 'The agent did not answer to startRunner.')
      return { ok: true, process }
    },
    stopRunner: async (_agentId, { runnerId, force }) => {
      fake.stops.push({ runnerId, force })
      return OK
    },
    pauseRunner: async () => OK,
    resumeRunner: async () => OK,
    forgetRunner: async (_agentId, { runnerId }) => {
      fake.held.delete(runnerId)
      return OK
    },
    answerApproval: async () => OK,
    setToolGate: async (_agentId, { runnerId, reason }) => {
      fake.gates.push({ runnerId, reason })
      return fake.gateRefusal ?? OK
    },
    limitCpu: async (_agentId, { runnerId, percent }) => {
      fake.limits.push({ runnerId, percent })
      return OK
    },
    typePrompt: async () => ({ ok: true, confirmed: true }),
  }
  return fake
}

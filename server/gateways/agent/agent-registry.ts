import { StratavoreError } from '../../core/errors'
import type { AgentCommands } from '../../core/ports/agent-commands'
import type { AgentSession } from './agent-session'
import type { NodeSilence } from './node-silence'

/** The agents connected to this daemon, one per node. */
export interface AgentRegistry extends AgentCommands {
  /** Adds a joined agent; the same node's earlier connection is cut. */
  add(session: AgentSession): void
  /** Removes it, unless another connection has taken its place. */
  remove(session: AgentSession): boolean
  sessionOfNode(nodeId: string): AgentSession | null
  /** The agent that holds the runner, else the one of its node (for the logs of what has ended). */
  sessionFor(runner: { id: string; nodeId: string }): AgentSession
  all(): readonly AgentSession[]
}

/** None connected yet. `ownMachine` tells which boot the machine of the local node is in. */
export function createAgentRegistry(
  silence: NodeSilence,
  ownMachine: { nodeId: string; bootId: string },
): AgentRegistry {
  const byNode = new Map<string, AgentSession>()
  const byAgent = (agentId: string): AgentSession => {
    for (const session of byNode.values()) if (session.agentId === agentId) return session
    throw new StratavoreError('unavailable', 'The agent is not connected.')
  }
  return {
    add: (session) => {
      const earlier = byNode.get(session.nodeId)
      byNode.set(session.nodeId, session)
      earlier?.disconnect()
    },
    remove: (session) => byNode.get(session.nodeId) === session && byNode.delete(session.nodeId),
    sessionOfNode: (nodeId) => byNode.get(nodeId) ?? null,
    sessionFor: (runner) => {
      const session = byNode.get(runner.nodeId)
      if (!session) {
        throw new StratavoreError('unavailable', "The runner's agent is not connected.", {
          hint: 'It reconnects by itself; see `stratavore nodes`.',
        })
      }
      return session
    },
    all: () => [...byNode.values()],
    connected: () => [...byNode.values()],
    silentForMs: (nodeId) => silence.silentForMs(nodeId),
    unheardMs: (nodeId) => silence.unheardMs(nodeId),
    bootIdOf: (nodeId) =>
      byNode.get(nodeId)?.process.bootId ?? (nodeId === ownMachine.nodeId ? ownMachine.bootId : null),
    startRunner: async (agentId, message) => byAgent(agentId).start(message),
    stopRunner: async (agentId, message) => byAgent(agentId).stop(message),
    pauseRunner: async (agentId, message) => byAgent(agentId).pause(message),
    resumeRunner: async (agentId, message) => byAgent(agentId).resume(message),
    forgetRunner: async (agentId, message) => byAgent(agentId).forget(message),
    answerApproval: async (agentId, message) => byAgent(agentId).answerApproval(message),
    setToolGate: async (agentId, message) => byAgent(agentId).setToolGate(message),
    limitCpu: async (agentId, message) => byAgent(agentId).limitCpu(message),
    typePrompt: async (agentId, message) => byAgent(agentId).typePrompt(message),
  }
}

import type { Refusal } from '@/contracts/agent-protocol/messages'
import { invalidInput, StratavoreError } from '../core/errors'
import type { AgentRegistry } from '../gateways/agent/agent-registry'
import type { AgentSession } from '../gateways/agent/agent-session'
import type { ControlHandlers } from '../gateways/control/control-gateway'

type NodeFileHandlers = Pick<
  ControlHandlers,
  | 'judgePath'
  | 'checkSession'
  | 'readTranscript'
  | 'searchTranscript'
  | 'recordingInfo'
  | 'readRecording'
  | 'searchRecording'
>

function accepted<Reply extends { ok: true }>(reply: Reply | Refusal): Reply {
  if (reply.ok) return reply
  throw new StratavoreError(reply.code === 'not_found' ? 'not_found' : 'unavailable', reply.error)
}

/** Asks a node's agent about the sessions and recordings on its disk. Throws `node_unavailable` when it is not connected. */
export function createNodeFileHandlers(agents: AgentRegistry): NodeFileHandlers {
  const agentOf = (nodeId: string): AgentSession => {
    const session = agents.sessionOfNode(nodeId)
    if (session) return session
    throw new StratavoreError('node_unavailable', 'The node that has this on its disk is not connected.', {
      hint: 'See `stratavore nodes`.',
    })
  }
  return {
    judgePath: async ({ nodeId, question }) => {
      const reply = await agentOf(nodeId).judgePath(question)
      if (!reply.ok && reply.code === 'invalid_input') throw invalidInput('path', reply.error)
      return accepted(reply)
    },
    checkSession: async ({ nodeId, question }) => accepted(await agentOf(nodeId).checkSession(question)),
    readTranscript: async ({ nodeId, question }) => accepted(await agentOf(nodeId).readTranscript(question)),
    searchTranscript: async ({ nodeId, question }) => accepted(await agentOf(nodeId).searchTranscript(question)),
    recordingInfo: async ({ nodeId, question }) => accepted(await agentOf(nodeId).recordingInfo(question)),
    readRecording: async ({ nodeId, question }) => accepted(await agentOf(nodeId).readRecording(question)),
    searchRecording: async ({ nodeId, question }) => accepted(await agentOf(nodeId).searchRecording(question)),
  }
}

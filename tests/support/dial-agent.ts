import { randomUUID } from 'node:crypto'
import { io, type Socket } from 'socket.io-client'
import { AGENT_NAMESPACE, AGENT_PROTOCOL_VERSION, type JoinRequest } from '@/contracts/agent-protocol/messages'

/** What somebody shows who dials the agents' port. */
export interface ShownToDaemon {
  key?: string
  certificate?: string
  nodeId: string
  protocol?: number
}

/** Dials as an agent of another machine does, trusting these authorities. */
export const dialAgent = (
  url: string,
  authorities: readonly string[],
  { key, certificate, nodeId, protocol = AGENT_PROTOCOL_VERSION }: ShownToDaemon,
): Socket =>
  io(`${url}${AGENT_NAMESPACE}`, {
    transports: ['websocket'],
    reconnection: false,
    forceNew: true,
    ca: authorities.join('\n'),
    ...(key === undefined ? {} : { key }),
    ...(certificate === undefined ? {} : { cert: certificate }),
    auth: { nodeId, protocol },
  })

/** A process that there is nowhere. */
export const forgedProcess = { pid: 1, startTicks: 1, bootId: 'forged' }

/** How an agent joins that holds these runners. */
export const joinWith = (runners: JoinRequest['runners']): JoinRequest => ({
  instanceId: randomUUID(),
  version: '0.1.0',
  process: forgedProcess,
  startedAt: Date.now(),
  node: { hostname: 'own', platform: 'linux', arch: 'x64', cpuCount: 1, memoryBytes: 1 },
  providers: [],
  runners,
})

import { randomUUID } from 'node:crypto'
import { EventEmitter } from 'node:events'
import pino from 'pino'
import { expect, it, vi } from 'vitest'
import { AGENT_PROTOCOL_VERSION, type JoinRequest } from '@/contracts/agent-protocol/messages'
import { type AgentGatewayHandlers, type AgentNamespace, serveAgents } from './agent-gateway'
import { createAgentRegistry } from './agent-registry'
import { createNodeSilence } from './node-silence'

/** A joined agent without a network, whose runners' nodes are told by `nodesOf`. */
async function joined(nodesOf: AgentGatewayHandlers['nodesOf']) {
  const disconnect = vi.fn()
  const peer = { nodeId: 'node', nodeName: 'far', credential: { kind: 'token', id: 't' } }
  const socket = Object.assign(new EventEmitter(), {
    data: { ...peer, protocol: AGENT_PROTOCOL_VERSION },
    connected: true,
    onAny: () => undefined,
    disconnect,
  })
  const namespace = Object.assign(new EventEmitter(), { use: () => undefined })
  const handlers = {
    nodesOf,
    trespass: vi.fn(),
    joined: async () => undefined,
    rejoined: vi.fn(),
    output: vi.fn(),
    resized: vi.fn(),
  }
  const silence = createNodeSilence(() => performance.now())
  serveAgents(
    namespace as unknown as AgentNamespace,
    async () => Promise.reject(new Error('nobody is admitted here')),
    createAgentRegistry(silence, { nodeId: 'here', bootId: 'boot' }),
    silence,
    handlers as unknown as AgentGatewayHandlers,
    pino({ enabled: false }),
  )
  namespace.emit('connection', socket)
  const request: JoinRequest = {
    instanceId: randomUUID(),
    version: '0.1.0',
    process: { pid: 1, startTicks: 1, bootId: 'boot' },
    startedAt: 1,
    node: { hostname: 'far', platform: 'linux', arch: 'x64', cpuCount: 1, memoryBytes: 1 },
    providers: [],
    runners: [],
  }
  expect(await new Promise((reply) => socket.emit('join', request, reply))).toMatchObject({ ok: true })
  return { socket, handlers, disconnect }
}

it('disconnects an agent that says more than can be judged, and keeps no more of it', async () => {
  let asked = 0
  const { socket, disconnect } = await joined(async (ids) => {
    if (ids.length > 0) {
      asked += 1
      await new Promise(() => undefined)
    }
    return new Map()
  })
  const say = () => socket.emit('resized', { runnerId: randomUUID(), cols: 80, rows: 24 })
  for (let count = 0; count < 1_000; count += 1) say()
  expect(disconnect).not.toHaveBeenCalled()
  say()
  expect(disconnect).toHaveBeenCalled()
  await Promise.resolve()
  expect(asked).toBeLessThanOrEqual(1)
})

it('drops output of runners that nobody watches without a question', async () => {
  const nodesOf = vi.fn(async () => new Map<string, string>())
  const { socket, handlers } = await joined(nodesOf)
  const before = nodesOf.mock.calls.length
  socket.emit('output', randomUUID(), 0, new Uint8Array([1]))
  socket.emit('outputSkipped', randomUUID())
  await Promise.resolve()
  expect(nodesOf.mock.calls.length).toBe(before)
  expect(handlers.output).not.toHaveBeenCalled()
})

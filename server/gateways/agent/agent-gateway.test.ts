import { randomUUID } from 'node:crypto'
import { EventEmitter } from 'node:events'
import pino from 'pino'
import { expect, it, vi } from 'vitest'
import { AGENT_PROTOCOL_VERSION, type JoinRequest } from '@/contracts/agent-protocol/messages'
import { type AgentGatewayHandlers, type AgentNamespace, serveAgents } from './agent-gateway'
import { createAgentRegistry } from './agent-registry'
import { AGENT_EVENT_RULES } from './event-rules'
import { createNodeSilence } from './node-silence'

/** A joined agent without a network, whose runners' nodes are told by `nodesOf`. */
async function joined(nodesOf: AgentGatewayHandlers['nodesOf']) {
  const disconnect = vi.fn()
  let judged: (packet: [string], next: () => void) => void = () => undefined
  const peer = { nodeId: 'node', nodeName: 'far', credential: { kind: 'token', id: 't' } }
  const socket = Object.assign(new EventEmitter(), {
    data: { ...peer, protocol: AGENT_PROTOCOL_VERSION },
    connected: true,
    onAny: () => undefined,
    use: (judge: typeof judged) => {
      judged = judge
    },
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
    outputSkipped: vi.fn(),
    heartbeat: vi.fn(),
    changed: vi.fn(),
    reports: new Proxy({} as Record<string, ReturnType<typeof vi.fn>>, {
      get: (made, name: string) => {
        made[name] ??= vi.fn(async () => ({ cursors: [], offset: 0 }))
        return made[name]
      },
    }),
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
  return {
    socket,
    handlers,
    disconnect,
    reaches: (event: string) => {
      let through = false
      judged([event], () => {
        through = true
      })
      return through
    },
  }
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

const FOREIGN = randomUUID()
const life = { runnerId: FOREIGN, epoch: 1 }
const exit = { exitCode: 0, signal: null, reason: null, lastLines: '', outputEnd: 0, at: 1 }
const detail = { source: 'none', tool: null, subagents: [], todos: [], message: null }
const vitals = { ...life, cpuPercent: 1, memoryBytes: 1, activity: 'idle', processCount: 1 }
/** What a node says of another node's runner, by event. */
const OF_ANOTHER: Partial<Record<keyof typeof AGENT_EVENT_RULES, unknown>> = {
  runnerStarted: { ...life, process: { pid: 1, startTicks: 1, bootId: 'b' }, at: 1 },
  runnerExited: { ...life, exit },
  heartbeat: { instanceId: randomUUID(), seq: 1, loadAverage: 0, freeMemoryBytes: 1, providers: [], runners: [vitals] },
  resized: { ...life, cols: 80, rows: 24 },
  activity: { ...life, seq: 1, activity: 'idle', detail },
  notice: { ...life, kind: 'bell', text: '', count: 1 },
  sessionBound: { ...life, providerSessionId: 's', cause: 'launch', cwd: '/', model: null, at: 1 },
  approvalRequested: {
    ...life,
    ...{ approvalId: randomUUID(), providerSessionId: 's', subagentId: null, kind: 'tool', toolName: 't' },
    ...{ toolInput: {}, suggestions: [], summary: 's', at: 1 },
  },
  approvalClosed: { ...life, approvalId: randomUUID(), outcome: 'ended', at: 1 },
  runnerConfined: {
    ...life,
    confinement: {
      ...{ sandbox: true, network: 'host', noNewPrivs: true, uid: 0, user: null, otherUser: false },
      ...{ capabilities: false, cgroup: null },
    },
  },
}
const rules = Object.entries(AGENT_EVENT_RULES)

it('listens for the events that have a rule, and for no other; what has none reaches nobody', async () => {
  const { socket, reaches } = await joined(async () => new Map())
  const listened = socket.eventNames().filter((name) => name !== 'disconnect')
  expect(listened.sort()).toEqual(rules.map(([event]) => event).sort())
  expect(rules.every(([event]) => reaches(event))).toBe(true)
  for (const event of ['runnerGone', 'constructor', '__proto__', '']) expect(reaches(event), event).toBe(false)
})

it('knows what to say of another node for every event whose rule names runners', () => {
  const named = rules.filter(([event, rule]) => event !== 'join' && (rule === 'runner' || rule === 'runners'))
  expect(Object.keys(OF_ANOTHER).sort()).toEqual(named.map(([event]) => event).sort())
})

const spelledAnew = (message: unknown): unknown =>
  JSON.parse(JSON.stringify(message).replaceAll(FOREIGN, FOREIGN.toUpperCase()))

it.each(
  Object.entries(OF_ANOTHER).flatMap(
    ([event, message]) =>
      [
        [event, 'as it is', message],
        [event, 'in capitals', spelledAnew(message)],
      ] as const,
  ),
)(
  'does nothing of %s that is of another node, its id spelled %s, and tells of it',
  async (event, _spelling, message) => {
    const { socket, handlers } = await joined(async () => new Map([[FOREIGN, 'another node']]))
    const reply = vi.fn()
    socket.emit(event, message, reply)
    await vi.waitFor(() => expect(handlers.trespass).toHaveBeenCalledWith(expect.anything(), event, FOREIGN))
    await new Promise(setImmediate)
    for (const answer of reply.mock.calls) expect(answer[0]).toMatchObject({ ok: false, code: 'not_found' })
    expect(handlers.changed).not.toHaveBeenCalled()
    expect(handlers.resized).not.toHaveBeenCalled()
    if (event === 'heartbeat') expect(handlers.heartbeat.mock.calls[0]?.[1]).toMatchObject({ runners: [] })
    else if (Object.hasOwn(handlers.reports, event)) expect(handlers.reports[event]).not.toHaveBeenCalled()
  },
)

it('shows nothing of a runner that this connection was not asked to show', async () => {
  const { socket, handlers } = await joined(async () => new Map())
  socket.emit('output', FOREIGN, 0, new Uint8Array([1]))
  socket.emit('outputSkipped', FOREIGN)
  await new Promise(setImmediate)
  expect(handlers.output).not.toHaveBeenCalled()
  expect(handlers.outputSkipped).not.toHaveBeenCalled()
})

it.each(Object.entries(OF_ANOTHER))(
  'takes %s of a runner that nobody knows only for the end of a life',
  async (event, message) => {
    const { socket, handlers } = await joined(async () => new Map())
    socket.emit(event, message, () => undefined)
    for (let turn = 0; turn < 3; turn += 1) await new Promise(setImmediate)
    const isLife = event === 'runnerStarted' || event === 'runnerExited'
    expect(handlers.changed.mock.calls).toEqual(isLife ? [[[FOREIGN]]] : [])
    expect(handlers.resized).not.toHaveBeenCalled()
    for (const [, heard] of handlers.heartbeat.mock.calls) expect(heard).toMatchObject({ runners: [] })
    if (!isLife && event !== 'heartbeat' && event !== 'resized') expect(handlers.reports[event]).not.toHaveBeenCalled()
    expect(handlers.trespass).not.toHaveBeenCalled()
  },
)

import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { Server, type Socket } from 'socket.io'
import type { AgentToDaemon, DaemonToAgent } from '@/contracts/agent-protocol/events'
import {
  AGENT_NAMESPACE,
  type Heartbeat,
  heartbeat,
  type JoinRequest,
  joinRequest,
  type RunnerConfined,
  type RunnerExited,
  runnerConfined,
  runnerExited,
  type StartRunner,
} from '@/contracts/agent-protocol/messages'
import { DEFAULT_CONFINEMENT } from '@/contracts/project/confinement'
import type { KeptRecordings } from '@/contracts/recording/kept-recordings'

type AgentSocket = Socket<AgentToDaemon, DaemonToAgent>

/** How long a test waits for something that should come. */
const PATIENCE_MS = 15_000

/** A daemon that is none: speaks the agent protocol on a Unix socket and remembers all it is told. Tests only. */
export interface FakeDaemon {
  joins: JoinRequest[]
  heartbeats: Heartbeat[]
  exits: RunnerExited[]
  confined: RunnerConfined[]
  /** Output of watched runners as it came, checked to be without gap or doubling. */
  output: Map<string, { from: number; data: Buffer }>
  skipped: string[]
  /** Acknowledge output as it comes, as a daemon does; off to play one that hangs. */
  acknowledging: boolean
  /** The agent that joined last. */
  agent(): AgentSocket
  /** Resolves when `check` gives something; looks at it after every message of the agent. */
  until<Value>(what: string, check: () => Value | null | undefined | false): Promise<Value>
  /** Tells the agent that is joined to end with all its runners; nothing when there is none. */
  endAgent(): Promise<void>
  close(): Promise<void>
}

/** Listens on `socketPath`; tells agents to keep `keptRecordings`, or nothing of that. */
export async function startFakeDaemon(socketPath: string, keptRecordings?: KeptRecordings): Promise<FakeDaemon> {
  const http = createServer()
  const io = new Server<AgentToDaemon, DaemonToAgent>(http, {
    transports: ['websocket'],
    maxHttpBufferSize: 64 * 1024 * 1024,
  })
  const listeners = new Set<() => void>()
  const look = (): void => {
    for (const listener of listeners) listener()
  }
  let agent: AgentSocket | null = null
  const daemon: FakeDaemon = {
    joins: [],
    heartbeats: [],
    exits: [],
    confined: [],
    output: new Map(),
    skipped: [],
    acknowledging: true,
    agent() {
      if (agent === null) throw new Error('no agent has joined')
      return agent
    },
    until(what, check) {
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => end(() => reject(new Error(`waited in vain for ${what}`))), PATIENCE_MS)
        const poll = setInterval(() => attempt(), 25)
        const end = (settle: () => void): void => {
          clearTimeout(timer)
          clearInterval(poll)
          listeners.delete(attempt)
          settle()
        }
        const attempt = (): void => {
          const value = check()
          if (value) end(() => resolve(value))
        }
        listeners.add(attempt)
        attempt()
      })
    },
    async endAgent() {
      await agent
        ?.timeout(PATIENCE_MS)
        .emitWithAck('shutdown', { stopRunners: true, graceMs: 200 })
        .catch(() => undefined)
    },
    close: () => io.close(),
  }

  io.of(AGENT_NAMESPACE).on('connection', (socket) => {
    socket.on('join', (message, reply) => {
      daemon.joins.push(joinRequest.parse(message))
      agent = socket
      reply({ ok: true, nodeId: randomUUID(), nodeName: 'local', keptRecordings })
      look()
    })
    socket.on('heartbeat', (message) => {
      daemon.heartbeats.push(heartbeat.parse(message))
      look()
    })
    socket.on('runnerStarted', (_message, reply) => reply({ ok: true }))
    socket.on('runnerExited', (message, reply) => {
      daemon.exits.push(runnerExited.parse(message))
      reply({ ok: true })
      look()
    })
    socket.on('runnerConfined', (message, reply) => {
      daemon.confined.push(runnerConfined.parse(message))
      reply({ ok: true })
      look()
    })
    socket.on('output', (runnerId, offset, data) => {
      const seen = daemon.output.get(runnerId) ?? { from: offset, data: Buffer.alloc(0) }
      if (seen.from + seen.data.length !== offset) throw new Error(`output of ${runnerId} jumps to ${offset}`)
      daemon.output.set(runnerId, { from: seen.from, data: Buffer.concat([seen.data, data]) })
      if (daemon.acknowledging) socket.emit('outputAck', runnerId, offset + data.length)
      look()
    })
    socket.on('outputSkipped', (runnerId) => {
      daemon.skipped.push(runnerId)
      look()
    })
    socket.on('disconnect', () => {
      if (agent === socket) agent = null
    })
  })
  await new Promise<void>((resolve) => http.listen(socketPath, resolve))
  return daemon
}

/** A launch of `shell` with nothing special. */
export const shellLaunch = (changes: Partial<StartRunner> = {}): StartRunner => ({
  runnerId: randomUUID(),
  epoch: 0,
  provider: 'shell',
  cwd: '/',
  project: null,
  env: {},
  prompt: null,
  providerSessionId: null,
  sessionMode: 'new',
  forkOf: null,
  cols: 80,
  rows: 24,
  confinement: DEFAULT_CONFINEMENT,
  recordInput: false,
  ...changes,
})

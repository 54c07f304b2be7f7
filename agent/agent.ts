import { randomUUID } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { arch, availableParallelism, hostname, platform, totalmem } from 'node:os'
import { join } from 'node:path'
import type { Logger } from 'pino'
import type { JoinRequest } from '@/contracts/agent-protocol/messages'
import { readBootId } from '@/platform/boot-id'
import manifest from '../package.json'
import { type DaemonSocket, type ShutdownRequest, serveCommands } from './connection/commands'
import { createHeartbeats } from './connection/heartbeats'
import { createReports } from './connection/reports'
import { stayConnected } from './connection/stay-connected'
import { lockInstance } from './instance-lock'
import { startObserver } from './observer/observer-process'
import { sampleReply } from './observer/protocol'
import type { AgentOptions } from './options'
import { createTreeFinder } from './process-tree/find-trees'
import { identify } from './process-tree/identity'
import { createSignaller } from './process-tree/signal'
import { childEnvironment } from './providers/child-environment'
import { createProviderRegistry, probeProviders } from './providers/registry'
import { loadNativePty } from './pty/native-pty'
import { createSpawnQueue } from './pty/spawn-queue'
import { endLeftovers } from './runner/end-leftovers'
import { createRoster, type Roster } from './runner/roster'
import { Refused } from './runner/runner-host'
import { openRunnerRecords } from './runner/runner-records'

/** Ends that the daemon has not acknowledged by then are told by the next agent, from the records. */
const LAST_REPORTS_MS = 5_000

const UNMEASURED = { cpuPercent: 0, memoryBytes: 0, activity: 'unknown', processCount: 0 } as const

export interface AgentDependencies {
  options: AgentOptions
  env: Readonly<Record<string, string | undefined>>
  observerScript: string
  echoScript: string
  logger: Logger
  /** The agent is done and stopped: the process may exit. */
  onExit(): void
}

export interface AgentHandle {
  liveRunners(): number
  /** Stops the agent; runners it still holds lose their terminal. Resolves when everything is let go. */
  stop(): Promise<void>
}

/** Starts the agent: owns the directory, ends what an earlier one left, then joins the daemon for ever. */
export async function startAgent({
  options,
  env,
  logger,
  onExit,
  ...scripts
}: AgentDependencies): Promise<AgentHandle> {
  const { dir } = options
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  const instanceId = randomUUID()
  const bootId = readBootId()
  const self = identify(process.pid, bootId)
  const unlock = lockInstance(dir, instanceId, self)
  const startedAt = Date.now()
  const onProblem = (message: string, detail: unknown): void => logger.warn({ detail: String(detail) }, message)

  const providers = createProviderRegistry(scripts.echoScript)
  const probeEnv = childEnvironment({ agent: env, provider: [], project: {}, runnerId: instanceId })
  const probe = () => probeProviders(providers, probeEnv)
  const trees = createTreeFinder()
  const signal = createSignaller(bootId)
  const records = await openRunnerRecords(join(dir, 'runners'))
  const reports = createReports()
  let socket: DaemonSocket | null = null
  let roster: Roster | null = null

  const observer = startObserver({
    scriptPath: scripts.observerScript,
    logsDir: join(dir, 'logs'),
    events: {
      onStarted: () => roster?.observerRestarted(),
      onTaken: (life, end) => roster?.taken(life, end),
      onAnswer: (life, data) => roster?.answer(life, data),
      onProblem,
    },
  })
  const heartbeats = createHeartbeats({
    instanceId,
    providers: probe,
    onProblem,
    async vitals() {
      const targets = runners.sampleTargets()
      try {
        return (await observer.request({ type: 'sample', targets }, sampleReply)).body.vitals
      } catch (error) {
        // Their terminals are here and well: without numbers, but never without a sign of life.
        onProblem('vitals cannot be measured now', error)
        return targets.map(({ runnerId, epoch }) => ({ runnerId, epoch, ...UNMEASURED }))
      }
    },
  })
  const runners = createRoster({
    pty: loadNativePty(),
    spawnQueue: createSpawnQueue(),
    trees,
    signal,
    bootId,
    observer,
    records,
    providers,
    env,
    now: Date.now,
    onProblem,
    events: {
      started(runnerId, epoch, identity) {
        reports.started(runnerId, epoch, identity, Date.now())
        heartbeats.soon()
      },
      exited: (runnerId, epoch, exit) => reports.exited(runnerId, epoch, exit),
      output: (runnerId, offset, data) => socket?.emit('output', runnerId, offset, data),
      outputSkipped: (runnerId) => socket?.emit('outputSkipped', runnerId),
      resized: (runnerId, cols, rows) => socket?.emit('resized', { runnerId, cols, rows }),
    },
  })
  roster = runners
  runners.addLeftovers(await endLeftovers({ records, observer, trees, signal, bootId, now: Date.now, onProblem }))

  const joinRequest = async (): Promise<JoinRequest> => ({
    instanceId,
    version: manifest.version,
    process: self,
    startedAt,
    node: {
      hostname: hostname(),
      platform: platform(),
      arch: arch(),
      cpuCount: availableParallelism(),
      memoryBytes: totalmem(),
    },
    providers: await probe(),
    runners: runners.held(),
  })

  const liveRunners = (): number => runners.held().filter((runner) => runner.state !== 'exited').length

  async function shutdown({ stopRunners, graceMs }: ShutdownRequest): Promise<void> {
    if (!stopRunners && liveRunners() > 0) throw new Refused('busy', `The agent holds ${liveRunners()} live runners.`)
    await runners.stopAll(graceMs)
    await reports.settled(LAST_REPORTS_MS)
  }

  async function stop(): Promise<void> {
    connection.stop()
    heartbeats.detach()
    await observer.stop()
    unlock()
  }

  // It was told to go: what cannot be let go properly ends with the process.
  const stopAndExit = (): void => {
    stop()
      .catch((error: unknown) => onProblem('the agent cannot be stopped properly', error))
      .finally(onExit)
  }

  const connection = stayConnected({
    ...options,
    joinRequest,
    onConnected: (connected) => serveCommands(connected, { roster: runners, shutdown, onProblem, exit: stopAndExit }),
    onJoined(joined, nodeName) {
      logger.info({ nodeName }, 'joined the daemon')
      socket = joined
      reports.attach(joined)
      heartbeats.attach(joined)
    },
    onLost(reason) {
      logger.info({ reason }, 'no connection to the daemon')
      socket = null
      reports.detach()
      heartbeats.detach()
      runners.unwatchAll()
    },
  })
  return { liveRunners, stop }
}

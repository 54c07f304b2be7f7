import { randomUUID } from 'node:crypto'
import { mkdirSync, realpathSync } from 'node:fs'
import { arch, availableParallelism, hostname, platform, totalmem } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { JoinRequest } from '@/contracts/agent-protocol/messages'
import type { KeptRecordings } from '@/contracts/recording/kept-recordings'
import type { KnownValues } from '@/contracts/redaction/known-values'
import { readBootId } from '@/platform/boot-id'
import manifest from '../package.json'
import { holdApprovals } from './approvals/held-approvals'
import { createToolGate } from './budget-gate/tool-gate'
import { findAccount } from './confinement/account'
import { createConfiner } from './confinement/confiner'
import { measureConfinement } from './confinement/measure-confinement'
import { probeMachine } from './confinement/probe-machine'
import { openRunnerCgroups } from './confinement/runner-cgroups'
import { type DaemonSocket, type ShutdownRequest, serveCommands } from './connection/commands'
import { createHeartbeats } from './connection/heartbeats'
import { createReports } from './connection/reports'
import { stayConnected } from './connection/stay-connected'
import type { Way } from './identity/open-connection'
import { lockInstance } from './instance-lock'
import { startLoopbackServer } from './loopback/loopback-server'
import { startObserver } from './observer/observer-process'
import { sampleReply } from './observer/protocol'
import type { AgentOptions } from './options'
import { judgePath } from './place/judge-path'
import { keepOut } from './place/open-below'
import { createTreeFinder } from './process-tree/find-trees'
import { identify } from './process-tree/identity'
import { createSignaller } from './process-tree/signal'
import { checkSession } from './program/check-session'
import { createPrograms } from './program/programs'
import { createFileWatcher } from './program/watch-file'
import { createDrafts } from './prompts/drafts'
import { createPromptTypist } from './prompts/prompt-typist'
import { childEnvironment } from './providers/child-environment'
import { createProviderRegistry, probeProviders } from './providers/registry'
import { loadNativePty } from './pty/native-pty'
import { createSpawnQueue } from './pty/spawn-queue'
import { type Mark, markClosed, markHooks } from './recording/mark-hooks'
import { endLeftovers } from './runner/end-leftovers'
import { createRoster, type Roster } from './runner/roster'
import { Refused } from './runner/runner-host'
import { openRunnerRecords } from './runner/runner-records'
import { createTyping } from './runner/typing'
import { serveTelemetry } from './telemetry/serve-telemetry'
import { createTelemetryQueue } from './telemetry/telemetry-queue'
import { openTelemetrySpool } from './telemetry/telemetry-spool'
import { startReader } from './transcripts/reader-process'
import { openTranscriptRoots } from './transcripts/transcript-roots'

/** Ends that the daemon has not acknowledged by then are told by the next agent, from the records. */
const LAST_REPORTS_MS = 5_000

/** A timer that keeps no process alive; returns what calls it off. */
function systemAfter(ms: number, work: () => void): () => void {
  const timer = setTimeout(work, ms).unref()
  return () => clearTimeout(timer)
}

/** Resolves after `ms`, or as soon as it is aborted. */
const systemWait = (ms: number, signal?: AbortSignal): Promise<void> =>
  delay(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined)

const UNMEASURED = { cpuPercent: 0, memoryBytes: 0, processCount: 0 } as const

export interface AgentDependencies {
  options: AgentOptions
  /** Where the daemon is, and what opens it. */
  way: Way
  env: Readonly<Record<string, string | undefined>>
  observerScript: string
  readerScript: string
  echoScript: string
  opencodePlugin: string
  /** Hands a program's hook on to the loopback server. */
  relayScript: string
  logger: Logger
  /** Values that must not be in anything the agent writes or tells. */
  secrets: KnownValues
  /** The agent is done and stopped: the process may exit. */
  onExit(): void
}

export interface AgentHandle {
  liveRunners(): number
  /** Stops the agent; runners it still holds lose their terminal. Resolves when everything is let go. */
  stop(): Promise<void>
}

/** What no sandbox shows and no program's file is in: the whole home beside the daemon, where the database's password is too. */
function placesOfOurs(options: AgentOptions): string[] {
  const { dir } = options
  // A remote agent's key is in its own directory.
  if (options.kind !== 'local') return [dir]
  const keys = dirname(options.tokenFile)
  return dirname(keys) === dirname(dir) ? [dirname(dir)] : [dir, keys]
}

/** Starts the agent: owns the directory, ends what an earlier one left, then joins the daemon for ever. */
export async function startAgent({
  options,
  way,
  env,
  logger,
  secrets,
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

  const providers = createProviderRegistry(scripts)
  const probeEnv = childEnvironment({ agent: env, provider: [], project: {}, runnerId: instanceId })
  const probe = () => probeProviders(providers, probeEnv)
  const trees = createTreeFinder()
  const signal = createSignaller(bootId)
  const records = await openRunnerRecords(join(dir, 'runners'))
  const [machine, cgroups] = await Promise.all([probeMachine(env), openRunnerCgroups(dir, onProblem)])
  const ownDirs = placesOfOurs(options).map((place) => realpathSync(place))
  keepOut(ownDirs)
  const confiner = createConfiner({
    machine,
    cgroups,
    ours: [process.execPath, scripts.relayScript, scripts.echoScript, scripts.opencodePlugin],
    hidden: ownDirs,
    secretFiles: options.kind === 'local' ? options.secretFiles : [],
  })
  const userName = async (uid: number) => (await findAccount(String(uid)))?.name ?? null
  const reports = createReports()
  const loopback = await startLoopbackServer(onProblem)
  const gate = createToolGate(loopback.hooks, loopback.lives, Date.now)
  let socket: DaemonSocket | null = null
  let roster: Roster | null = null
  let kept: KeptRecordings | null = null
  let parkAfterMs: number | null = null
  const mark: Mark = (...noted) => roster?.mark(...noted)
  const tellSettings = (): void => {
    if (kept !== null) observer.notify({ type: 'keep', kept })
    if (parkAfterMs !== null) observer.notify({ type: 'park', afterMs: parkAfterMs })
  }

  // First: a question is marked before it is answered.
  markHooks(loopback.hooks, mark)
  const approvals = holdApprovals({
    hooks: loopback.hooks,
    reports,
    redact: secrets.redact,
    onClosed: (closed) => markClosed(mark, closed),
    goesOn: (runnerId, epoch) => runners.goesOn(runnerId, epoch),
    now: Date.now,
    after: systemAfter,
  })
  const drafts = createDrafts(Date.now)
  const prompts = createPromptTypist({
    hooks: loopback.hooks,
    write: async (runnerId, clientId, seq, data) => void (await runners.input({ runnerId, clientId, seq, data })),
    promptingOf: (runnerId, epoch) => runners.prompting(runnerId, epoch),
    blockedBy: gate.reason,
    hasDraft: drafts.isOpen,
    after: systemAfter,
  })
  const programs = createPrograms({
    loopback,
    relayScript: scripts.relayScript,
    watchFile: createFileWatcher(),
    redact: secrets.redact,
    onActivity(report) {
      const { runnerId, epoch, activity, detail } = report
      approvals.activity(runnerId, epoch, activity, detail.source)
      prompts.activity(runnerId, epoch, activity)
      socket?.emit('activity', report)
    },
    onSessionBound: (message) => reports.send('sessionBound', message),
    async processesOf(runnerId, { pid, startTicks }) {
      const found = await trees.find(new Map([[runnerId, { pid, startTicks, witnessed: true }]]))
      return (found.get(runnerId) ?? []).map((member) => member.pid)
    },
    onProblem,
    now: Date.now,
  })
  const recordingsDir = join(dir, 'recordings')
  let refusedRecording: string | null = null
  let heartbeatsSoon: () => void = () => {}
  const observer = startObserver({
    scriptPath: scripts.observerScript,
    logsDir: join(dir, 'logs'),
    recordingsDir,
    events: {
      onStarted() {
        refusedRecording = null
        // The first time there is no roster yet, and no daemon has said anything.
        roster?.observerRestarted()
        tellSettings()
      },
      onTaken: (life, end) => roster?.taken(life, end),
      onAnswer: (life, data) => roster?.answer(life, data),
      onSaid: programs.said,
      onNotice: (report) => socket?.emit('notice', report),
      onRefused(reason) {
        refusedRecording = reason
        heartbeatsSoon()
      },
      onProblem,
    },
  })
  const transcriptRoots = openTranscriptRoots(join(dir, 'transcript-roots.json'), onProblem)
  for (const provider of Object.values(providers)) {
    const path = provider.transcriptRoot?.(env)
    if (path !== undefined) transcriptRoots.add({ provider: provider.id, path })
  }
  const reader = startReader({ scriptPath: scripts.readerScript, recordingsDir, ownDirs, onProblem })
  const tellSecrets = (): void => reader.knowSecrets(secrets.values())
  tellSecrets()
  secrets.onChange(tellSecrets)
  reader.addRoots(transcriptRoots.all())
  const telemetry = createTelemetryQueue(await openTelemetrySpool(join(dir, 'telemetry.jsonl'), onProblem), onProblem)
  serveTelemetry(loopback, telemetry)
  const heartbeats = createHeartbeats({
    instanceId,
    refusedRecording: () => refusedRecording,
    providers: probe,
    onProblem,
    async vitals() {
      const targets = runners.sampleTargets()
      try {
        const { vitals } = (await observer.request({ type: 'sample', targets }, sampleReply)).body
        return vitals.map((each) => ({
          ...programs.withActivity(each),
          cpuLimitPercent: runners.cpuLimitOf(each.runnerId),
        }))
      } catch (error) {
        // Their terminals are here and well: without numbers, but never without a sign of life.
        onProblem('vitals cannot be measured now', error)
        return targets.map(({ runnerId, epoch }) => {
          const cpuLimitPercent = runners.cpuLimitOf(runnerId)
          return { runnerId, epoch, ...UNMEASURED, ...programs.activityOf(runnerId, epoch), cpuLimitPercent }
        })
      }
    },
  })
  heartbeatsSoon = heartbeats.soon
  const runners = createRoster({
    pty: loadNativePty(),
    spawnQueue: createSpawnQueue(),
    trees,
    signal,
    bootId,
    observer,
    typing: createTyping(() => performance.now()),
    records,
    providers,
    programs,
    secrets,
    env,
    confiner,
    measureConfinement: (pid) => measureConfinement(pid, userName),
    now: Date.now,
    monotonicMs: () => performance.now(),
    wait: systemWait,
    onProblem,
    events: {
      started(runnerId, epoch, identity) {
        reports.send('runnerStarted', { runnerId, epoch, process: identity, at: Date.now() })
        heartbeats.soon()
      },
      confined: (runnerId, epoch, confinement) => reports.send('runnerConfined', { runnerId, epoch, confinement }),
      exited(runnerId, epoch, exit) {
        approvals.ended(runnerId, epoch)
        prompts.ended(runnerId, epoch)
        reports.send('runnerExited', { runnerId, epoch, exit })
      },
      output: (runnerId, offset, data) => socket?.emit('output', runnerId, offset, data),
      outputSkipped: (runnerId) => socket?.emit('outputSkipped', runnerId),
      resized: (runnerId, cols, rows, offset) => socket?.emit('resized', { runnerId, cols, rows, offset }),
      transcriptsBelow: (root) => transcriptRoots.add(root) && reader.addRoots([root]),
    },
  })
  roster = runners
  runners.addLeftovers(await endLeftovers({ records, observer, trees, signal, bootId, now: Date.now, onProblem }))
  await cgroups.endLeft()

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
    await Promise.all([reports.settled(LAST_REPORTS_MS), telemetry.settled(LAST_REPORTS_MS)])
  }

  async function stop(): Promise<void> {
    connection.stop()
    way.keeper?.detach()
    heartbeats.detach()
    approvals.stop()
    prompts.stop()
    await Promise.all([observer.stop(), reader.stop()])
    gate.stop()
    await loopback.stop()
    cgroups.close()
    unlock()
  }

  // It was told to go: what cannot be let go properly ends with the process.
  const stopAndExit = (): void => {
    stop()
      .catch((error: unknown) => onProblem('the agent cannot be stopped properly', error))
      .finally(onExit)
  }

  const connection = stayConnected({
    ...way,
    joinRequest,
    onConnected: (connected) =>
      serveCommands(connected, {
        roster: runners,
        gate,
        reader,
        checkSession: (question) => checkSession({ providers, env, reader }, question),
        judgePath: ({ path }) => judgePath(path, ownDirs),
        approvals,
        prompts,
        drafts,
        redact: secrets.redact,
        shutdown,
        onProblem,
        exit: stopAndExit,
      }),
    onJoined(joined, { nodeName, keptRecordings = null, parkScreensAfterMs = null }) {
      logger.info({ nodeName }, 'joined the daemon')
      kept = keptRecordings
      parkAfterMs = parkScreensAfterMs
      tellSettings()
      socket = joined
      reports.attach(joined)
      heartbeats.attach(joined)
      programs.repeat()
      reader.attach(joined)
      telemetry.attach(joined)
      way.keeper?.attach(joined)
    },
    onLost(reason) {
      logger.info({ reason }, 'no connection to the daemon')
      socket = null
      reports.detach()
      reader.detach()
      telemetry.detach()
      way.keeper?.detach()
      heartbeats.detach()
      runners.unwatchAll()
    },
  })
  return { liveRunners, stop }
}

import type {
  HeldRunner,
  ProcessIdentity,
  RunnerInput,
  StartReply,
  StartRunner,
  StopRunner,
  WatchReply,
} from '@/contracts/agent-protocol/messages'
import type { MarkerKind } from '@/contracts/recording/recording'
import type { Thumbnail, ThumbnailsQuestion } from '@/contracts/terminal/thumbnail'
import {
  lifeOf,
  logBody,
  newestLifeReply,
  type SampleTarget,
  screenBody,
  snapshotReply,
  thumbnailsBody,
} from '../observer/protocol'
import { canReadAgain } from '../process-tree/scan'
import { LaunchRefused } from '../providers/provider'
import { planLaunch } from './launch-plan'
import { type LiveRunner, startLiveRunner } from './live-runner'
import { Refused, type RunnerHost } from './runner-host'

/** Epochs of forgotten runners that are remembered, so that a start repeated late starts nothing. */
const REMEMBERED_EPOCHS = 4096

/** All runners that this agent holds, by id: at most one life of each. */
export interface Roster {
  held(): HeldRunner[]
  sampleTargets(): SampleTarget[]
  /** Runners that an earlier agent left, ended: reported until forgotten. */
  addLeftovers(runners: readonly HeldRunner[]): void
  /** Idempotent by runner id and epoch. */
  start(request: StartRunner): Promise<StartReply>
  stop(request: StopRunner): void
  pause(runnerId: string, epoch: number): Promise<void>
  resume(runnerId: string, epoch: number): Promise<void>
  /** Throws Refused `unsupported` where no tree can be held to a share. */
  limitCpu(runnerId: string, epoch: number, percent: number | null): void
  /** What its tree is held to; null for none. */
  cpuLimitOf(runnerId: string): number | null
  forget(runnerId: string, epoch: number): Promise<void>
  input(message: RunnerInput): ReturnType<LiveRunner['input']>
  prompting(runnerId: string, epoch: number): ReturnType<LiveRunner['prompting']>
  /** Whether its program runs, and nobody has asked for its end. */
  goesOn(runnerId: string, epoch: number): boolean
  resize(runnerId: string, cols: number, rows: number): void
  watch(runnerId: string, from: number | null, reply: (reply: WatchReply) => void): Promise<void>
  unwatch(runnerId: string): void
  /** The daemon is gone: nobody reads any more. */
  unwatchAll(): void
  ackOutput(runnerId: string, offset: number): void
  /** Also of a runner that is forgotten, as long as its log is kept. */
  screen(runnerId: string, ansi: boolean): Promise<ReturnType<typeof screenBody.parse>>
  /** Of those that live here, whose screen is not what was seen. */
  thumbnails(question: ThumbnailsQuestion): Promise<Thumbnail[]>
  readLog(runnerId: string, from: number, limit: number): Promise<{ offset: number; data: Buffer; end: number }>
  taken(life: string, end: number): void
  answer(life: string, data: Buffer): void
  /** Notes something in the recording of a life that goes on. */
  mark(runnerId: string, epoch: number, kind: MarkerKind, label: string): void
  observerRestarted(): void
  /** Ends every live runner. Resolves when all have ended. */
  stopAll(graceMs: number): Promise<void>
}

interface Entry {
  epoch: number
  starting: Promise<StartReply> | null
  live: LiveRunner | null
  leftover: HeldRunner | null
}

const describe = (entry: Entry): HeldRunner | null => entry.live?.describe() ?? entry.leftover

/** An empty roster. */
export function createRoster(host: RunnerHost): Roster {
  const entries = new Map<string, Entry>()
  const forgottenEpochs = new Map<string, number>()

  const liveOf = (runnerId: string, epoch?: number): LiveRunner => {
    const entry = entries.get(runnerId)
    if (entry?.live == null) throw new Refused('not_found', 'This agent holds no such live runner.')
    if (epoch !== undefined && entry.epoch !== epoch)
      throw new Refused('stale_epoch', `It is in epoch ${entry.epoch} now.`)
    return entry.live
  }

  const byLife = (life: string): LiveRunner | null => {
    const separator = life.lastIndexOf('.')
    const entry = entries.get(life.slice(0, separator))
    return entry?.epoch === Number(life.slice(separator + 1)) ? entry.live : null
  }

  const livesOn = (entry: Entry): boolean => entry.starting !== null || describe(entry)?.state !== 'exited'

  const asReply = (process: ProcessIdentity | null, recordsInput: boolean): StartReply =>
    process === null
      ? { ok: false, code: 'stale_epoch', error: 'This epoch has ended.' }
      : { ok: true, process, recordsInput }

  async function launch(request: StartRunner, entry: Entry): Promise<StartReply> {
    const { runnerId, epoch } = request
    // Open before it runs, closed once it has ended: it may report from its first moment.
    const integration = host.programs.open(request, host.providers[request.provider])
    try {
      const plan = await planLaunch(request, host.providers, host.env, integration, host.confiner)
      if (plan.transcriptRoot !== null) host.events.transcriptsBelow(plan.transcriptRoot)
      const live = await startLiveRunner(host, request, plan)
      entry.live = live
      void live.ended.then(() => host.programs.close(runnerId, epoch))
      return asReply(live.process, live.recordsInput)
    } catch (error) {
      host.programs.close(runnerId, epoch)
      entries.delete(runnerId)
      if (error instanceof LaunchRefused || error instanceof Refused) {
        return { ok: false, code: error.code, error: error.message }
      }
      throw error
    } finally {
      entry.starting = null
    }
  }

  async function newestLife(runnerId: string): Promise<string> {
    const entry = entries.get(runnerId)
    if (entry !== undefined) {
      await entry.live?.outputCaughtUp()
      return lifeOf(runnerId, entry.epoch)
    }
    const { body } = await host.observer.request({ type: 'newestLife', runnerId }, newestLifeReply)
    if (body.epoch === null) throw new Refused('not_found', 'This agent knows no such runner and has no log of it.')
    return lifeOf(runnerId, body.epoch)
  }

  return {
    held: () => [...entries.values()].flatMap((entry) => describe(entry) ?? []),
    sampleTargets: () => [...entries.values()].flatMap((entry) => entry.live?.sampleTarget() ?? []),
    addLeftovers(runners) {
      for (const leftover of runners) {
        entries.set(leftover.runnerId, { epoch: leftover.epoch, starting: null, live: null, leftover })
      }
    },
    async start(request) {
      const { runnerId, epoch } = request
      const entry = entries.get(runnerId)
      if (epoch <= (forgottenEpochs.get(runnerId) ?? -1))
        return { ok: false, code: 'stale_epoch', error: 'This epoch has ended.' }
      if (entry !== undefined) {
        if (epoch === entry.epoch)
          return entry.starting ?? asReply(describe(entry)?.process ?? null, entry.live?.recordsInput ?? false)
        if (epoch < entry.epoch) return { ok: false, code: 'stale_epoch', error: `It is in epoch ${entry.epoch} now.` }
        if (livesOn(entry))
          return { ok: false, code: 'busy', error: 'An earlier life of this runner has not ended yet.' }
      }
      const fresh: Entry = { epoch, starting: null, live: null, leftover: null }
      entries.set(runnerId, fresh)
      fresh.starting = launch(request, fresh)
      return fresh.starting
    },
    stop({ runnerId, epoch, force, graceMs }) {
      const entry = entries.get(runnerId)
      if (entry?.leftover != null && entry.epoch === epoch) return
      liveOf(runnerId, epoch).stop(force, graceMs)
    },
    pause: async (runnerId, epoch) => liveOf(runnerId, epoch).pause(),
    resume: async (runnerId, epoch) => liveOf(runnerId, epoch).resume(),
    limitCpu(runnerId, epoch, percent) {
      if (!canReadAgain) throw new Refused('unsupported', 'Here no process tree can be held to a share of the CPU.')
      liveOf(runnerId, epoch).limitCpu(percent)
    },
    cpuLimitOf: (runnerId) => entries.get(runnerId)?.live?.cpuLimit() ?? null,
    async forget(runnerId, epoch) {
      const entry = entries.get(runnerId)
      if (entry === undefined || entry.epoch !== epoch) return
      if (livesOn(entry)) throw new Refused('busy', 'The runner has not ended.')
      entries.delete(runnerId)
      forgottenEpochs.set(runnerId, epoch)
      const oldest = forgottenEpochs.keys().next().value
      if (forgottenEpochs.size > REMEMBERED_EPOCHS && oldest !== undefined) forgottenEpochs.delete(oldest)
      await host.records.remove(runnerId)
    },
    goesOn(runnerId, epoch) {
      const entry = entries.get(runnerId)
      return entry?.epoch === epoch && entry.live?.goesOn() === true
    },
    prompting: (runnerId, epoch) => liveOf(runnerId, epoch).prompting(),
    input: async (message) => liveOf(message.runnerId).input(message),
    resize: (runnerId, cols, rows) => liveOf(runnerId).resize(cols, rows),
    async watch(runnerId, from, reply) {
      const entry = entries.get(runnerId)
      if (entry?.live != null) return entry.live.watch(from, reply)
      const life = await newestLife(runnerId)
      const { body, data } = await host.observer.request({ type: 'snapshot', life }, snapshotReply)
      reply({ ok: true, kind: 'snapshot', data, ...body })
    },
    unwatch: (runnerId) => entries.get(runnerId)?.live?.unwatch(),
    unwatchAll() {
      for (const entry of entries.values()) entry.live?.unwatch()
    },
    ackOutput: (runnerId, offset) => entries.get(runnerId)?.live?.ackOutput(offset),
    async screen(runnerId, ansi) {
      const life = await newestLife(runnerId)
      return (await host.observer.request({ type: 'screen', life, ansi }, screenBody)).body
    },
    async thumbnails({ seen }) {
      const runnerIds = new Map<string, string>()
      const targets = Object.entries(seen).flatMap(([runnerId, version]) => {
        const entry = entries.get(runnerId)
        if (entry?.live == null) return []
        const life = lifeOf(runnerId, entry.epoch)
        runnerIds.set(life, runnerId)
        return [{ life, seen: version }]
      })
      if (targets.length === 0) return []
      const { body } = await host.observer.request({ type: 'thumbnails', targets }, thumbnailsBody)
      return body.thumbnails.flatMap(({ life, ...thumbnail }) => {
        const runnerId = runnerIds.get(life)
        return runnerId === undefined ? [] : [{ runnerId, ...thumbnail }]
      })
    },
    async readLog(runnerId, from, limit) {
      const life = await newestLife(runnerId)
      const { body, data } = await host.observer.request({ type: 'log', life, from, limit }, logBody)
      return { ...body, data }
    },
    taken: (life, end) => byLife(life)?.taken(end),
    answer: (life, data) => byLife(life)?.answer(data),
    mark(runnerId, epoch, kind, label) {
      const entry = entries.get(runnerId)
      if (entry?.epoch === epoch) entry.live?.mark(kind, label)
    },
    observerRestarted() {
      for (const entry of entries.values()) void entry.live?.observerRestarted()
    },
    async stopAll(graceMs) {
      await Promise.all([...entries.values()].map((entry) => entry.starting))
      const live = [...entries.values()].flatMap((entry) => (entry.live !== null && livesOn(entry) ? entry.live : []))
      for (const runner of live) runner.stop(false, graceMs)
      await Promise.all(live.map((runner) => runner.ended))
    },
  }
}

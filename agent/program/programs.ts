import type { ActivityReport, BindingCause, SessionBound } from '@/contracts/agent-protocol/activity'
import type { ProcessIdentity, RunnerVitals, StartRunner } from '@/contracts/agent-protocol/messages'
import { type RedactText, redactJson } from '@/contracts/redaction/redact-text'
import { type ActivityTracker, createActivityTracker } from '../activity/activity-tracker'
import type { HookEvent } from '../loopback/hook-event'
import type { LoopbackServer } from '../loopback/loopback-server'
import type { RunnerLife } from '../loopback/runner-lives'
import { lifeOf, type MeasuredVitals, type ProgramSaid } from '../observer/protocol'
import type { FileBelow } from '../place/open-below'
import type { FoundSession, Integration, Provider } from '../providers/provider'
import { followSessions } from './follow-sessions'
import { causeAfterEnd, causeOfStart } from './session-binding'
import { readOwnFile, type WatchFile } from './watch-file'

/** Hooks that say something of what the program does. */
const TELLING_HOOKS = [
  'UserPromptSubmit', 'PreToolUse', 'PermissionRequest', 'PermissionReplied', 'PostToolUse', 'PostToolUseFailure', 'SubagentStart',
  'SubagentStop', 'Notification', 'Stop', 'StopFailure', 'PreCompact', 'SessionEnd',
] // biome-ignore format: names read better in a row than one a line

export interface ProgramsOptions {
  loopback: LoopbackServer
  relayScript: string
  watchFile: WatchFile
  onActivity(report: ActivityReport): void
  onSessionBound(message: SessionBound): void
  /** Takes secrets out of a text: what programs say of themselves is stored and told. */
  redact: RedactText
  /** All processes of a runner. */
  processesOf(runnerId: string, root: ProcessIdentity): Promise<readonly number[]>
  onProblem(message: string, detail: unknown): void
  /** Unix milliseconds. */
  now(): number
}

/** What the programs in the runners tell of themselves, by the lives they belong to. */
export interface Programs {
  /** A life is about to begin: whatever it says counts from now on. Returns what its program may report by. */
  open(request: Pick<StartRunner, 'runnerId' | 'epoch' | 'cwd' | 'providerSessionId'>, provider: Provider): Integration
  /** Its program runs, with this environment. */
  started(runnerId: string, epoch: number, process: ProcessIdentity, env: Readonly<Record<string, string>>): void
  /** Its program has ended and left these lines on the screen. */
  left(runnerId: string, epoch: number, lastLines: string): void
  /** The life is over, or never began. */
  close(runnerId: string, epoch: number): void
  said(life: string, said: ProgramSaid): void
  /** Takes note of who has the terminal, and adds what the runner does. */
  withActivity(vitals: MeasuredVitals): Omit<RunnerVitals, 'cpuLimitPercent'>
  activityOf(runnerId: string, epoch: number): Pick<RunnerVitals, 'activity' | 'activitySeq'>
  /** Says again what every program does. */
  repeat(): void
}

interface Entry {
  life: RunnerLife
  provider: Provider
  cwd: string
  tracker: ActivityTracker
  process: ProcessIdentity | null
  /** The session that was reported last. */
  reportedSession: string | null
  /** Why the next session is opened, as far as the end of the last one told. */
  nextCause: BindingCause
  file: FileBelow | null
  unwatch(): void
  unfollow(): void
}

/** None yet. */
export function createPrograms(options: ProgramsOptions): Programs {
  const { loopback, relayScript, now } = options
  const entries = new Map<string, Entry>()
  const entryOf = ({ runnerId, epoch }: { runnerId: string; epoch: number }) => entries.get(lifeOf(runnerId, epoch))

  const redacted = (message: string | null): string | null => (message === null ? null : options.redact(message))

  function bind(
    entry: Entry,
    sessionId: string,
    facts: { cause: BindingCause; cwd?: string; model?: string; at?: number },
  ): void {
    const { life, reportedSession } = entry
    life.sessionId = sessionId
    if (reportedSession === sessionId) return
    entry.reportedSession = sessionId
    entry.nextCause = 'found'
    options.onSessionBound({
      runnerId: life.runnerId,
      epoch: life.epoch,
      providerSessionId: sessionId,
      cause: facts.cause,
      cwd: facts.cwd ?? entry.cwd,
      model: facts.model ?? null,
      at: facts.at ?? now(),
    })
  }

  /** Looks for the conversations of a program that tells nobody of them. */
  function follow(entry: Entry, process: ProcessIdentity, env: Readonly<Record<string, string>>): () => void {
    const { life, provider, cwd } = entry
    const { findSessions } = provider
    if (findSessions === undefined) return () => {}
    const startedAt = now()
    const look = async () => {
      const pids = await options.processesOf(life.runnerId, process)
      return findSessions({ pids, cwd, env, startedAt, now: now() })
    }
    const onOpened = (found: FoundSession): void => {
      if (found.sessionId === life.sessionId) return
      // One that it has begun it has had open from the beginning; when it went back to an older one nobody knows.
      const at = found.startedAt >= startedAt ? Math.min(found.startedAt, now()) : now()
      bind(entry, found.sessionId, { cause: 'found', cwd: found.cwd, at })
    }
    return followSessions(look, onOpened, options.onProblem)
  }

  /** What the program's own file says now. */
  function onFile(entry: Entry, text: string): string | null {
    const record = entry.process && entry.provider.programFile?.read(text, entry.process)
    if (!record) return null
    const { activity, message } = record
    entry.tracker.say('sessionFile', activity && { activity, message: redacted(message) })
    // At the start its hook says more of it, and soon: only another session than the one it was told to open is news.
    if (record.sessionId !== entry.life.sessionId)
      bind(entry, record.sessionId, { cause: entry.nextCause, ...(record.cwd === null ? {} : { cwd: record.cwd }) })
    return record.sessionId
  }

  async function isOfRunner(life: RunnerLife, event: HookEvent, pid: number | null): Promise<boolean> {
    const entry = entryOf(life)
    if (entry === undefined) return false
    // Only the root is the runner's program. Not all hooks tell which process they are of.
    if (pid !== null && entry.process !== null && pid !== entry.process.pid) return false
    if (event.hook_event_name === 'SessionStart') {
      const { cwd, model } = event
      bind(entry, event.session_id, { cause: causeOfStart(event), ...(cwd && { cwd }), ...(model && { model }) })
      return true
    }
    if (life.sessionId === null || life.sessionId === event.session_id) return true
    // It may have moved on without a word: its own file says.
    const text = entry.file === null ? null : await readOwnFile(entry.file)
    return text !== null && onFile(entry, text) === event.session_id
  }

  loopback.judgeSession(isOfRunner)
  for (const name of TELLING_HOOKS) {
    loopback.hooks.listen(name, (call) => {
      const entry = entryOf(call)
      // Before anything is cut: a part of a secret would not be known.
      entry?.tracker.hook(redactJson(call.event, options.redact))
      if (entry && name === 'SessionEnd') entry.nextCause = causeAfterEnd(call.event)
      if (name === 'PermissionRequest' && !call.event.told_when_over)
        call.hungUp.addEventListener('abort', () => entryOf(call)?.tracker.questionDropped(), { once: true })
      return null
    })
  }

  const activityOf = (runnerId: string, epoch: number) => {
    const current = entryOf({ runnerId, epoch })?.tracker.current()
    return { activity: current?.activity ?? 'unknown', activitySeq: current?.seq ?? 0 } as const
  }

  return {
    open({ runnerId, epoch, cwd, providerSessionId }, provider) {
      const life = loopback.lives.open(runnerId, epoch, providerSessionId)
      const tracker = createActivityTracker({
        runnerId,
        epoch,
        report: options.onActivity,
        now,
        setTimer(callback, delayMs) {
          const timer = setTimeout(callback, delayMs)
          return () => clearTimeout(timer)
        },
      })
      const unwatch = () => {}
      const unbound = { process: null, reportedSession: null, nextCause: 'found', file: null } as const
      entries.set(lifeOf(runnerId, epoch), { life, provider, cwd, tracker, unwatch, unfollow: unwatch, ...unbound })
      return {
        hookUrl: `${loopback.url}/hook/${runnerId}/${epoch}`,
        telemetryUrl: `${loopback.url}/otlp`,
        secret: life.secret,
        relayScript,
        runnerId,
        epoch,
      }
    },
    started(runnerId, epoch, process, env) {
      const entry = entryOf({ runnerId, epoch })
      if (entry === undefined) return
      entry.process = process
      entry.unfollow = follow(entry, process, env)
      const file = entry.provider.programFile
      if (file === undefined) return
      entry.file = file.of(env, process.pid)
      entry.unwatch = options.watchFile(entry.file, (text) => void onFile(entry, text))
    },
    left(runnerId, epoch, lastLines) {
      const entry = entryOf({ runnerId, epoch })
      const sessionId = entry?.provider.sessionInFarewell?.(lastLines) ?? null
      if (entry !== undefined && sessionId !== null && sessionId !== entry.life.sessionId)
        bind(entry, sessionId, { cause: 'found' })
    },
    close(runnerId, epoch) {
      const entry = entryOf({ runnerId, epoch })
      entry?.unwatch()
      entry?.unfollow()
      entry?.tracker.stop()
      entries.delete(lifeOf(runnerId, epoch))
      loopback.lives.close(runnerId, epoch)
    },
    said(life, { status, title }) {
      const entry = entries.get(life)
      if (entry === undefined) return
      entry.tracker.say('programStatus', status && { ...status, message: redacted(status.message) })
      const activity = entry.provider.titleActivity?.(title) ?? null
      if (activity !== null) entry.tracker.say('title', { activity, message: null })
    },
    withActivity({ foreground, ...vitals }) {
      const entry = entryOf(vitals)
      if (entry?.provider.activitySource === 'foreground' && foreground !== 'unknown')
        entry.tracker.say('foreground', { activity: foreground === 'root' ? 'idle' : 'working', message: null })
      return { ...vitals, ...activityOf(vitals.runnerId, vitals.epoch) }
    },
    activityOf,
    repeat() {
      for (const { tracker } of entries.values()) tracker.repeat()
    },
  }
}

import {
  CircleDashed,
  CircleDot,
  CircleEllipsis,
  CircleHelp,
  CirclePause,
  CirclePlay,
  CircleStop,
  CircleX,
  Diamond,
  type LucideIcon,
  OctagonAlert,
} from 'lucide-react'
import type { Runner } from '@/contracts/runner/runner'

export type Tone = 'ok' | 'warn' | 'bad' | 'lost' | 'accent' | 'quiet'

/** How a runner's state looks: never colour alone, always a shape and a word with it. */
export interface RunnerState {
  key: string
  word: string
  icon: LucideIcon
  tone: Tone
  /** Something is going on right now. */
  moving: boolean
}

const STATES = {
  starting: { word: 'Starting', icon: CircleDashed, tone: 'accent', moving: true },
  working: { word: 'Working', icon: CirclePlay, tone: 'ok', moving: true },
  waiting_permission: { word: 'Needs approval', icon: OctagonAlert, tone: 'warn', moving: false },
  waiting_input: { word: 'Needs input', icon: Diamond, tone: 'warn', moving: false },
  idle: { word: 'Idle', icon: CircleEllipsis, tone: 'quiet', moving: false },
  running: { word: 'Running', icon: CircleDot, tone: 'ok', moving: false },
  paused: { word: 'Paused', icon: CirclePause, tone: 'quiet', moving: false },
  stopping: { word: 'Stopping', icon: CircleStop, tone: 'quiet', moving: true },
  terminated: { word: 'Ended', icon: CircleStop, tone: 'quiet', moving: false },
  failed: { word: 'Failed', icon: CircleX, tone: 'bad', moving: false },
  lost: { word: 'Lost', icon: CircleHelp, tone: 'lost', moving: false },
} as const satisfies Record<string, Omit<RunnerState, 'key'>>

export type RunnerStateKey = keyof typeof STATES

/** The one word for status and activity together: what a running runner does matters more than that it runs. */
export function stateKeyOf(runner: Pick<Runner, 'status' | 'activity'>): RunnerStateKey {
  if (runner.status !== 'running') return runner.status
  return runner.activity === 'unknown' ? 'running' : runner.activity
}

/** How `runner` is shown. */
export function stateOf(runner: Pick<Runner, 'status' | 'activity'>): RunnerState {
  const key = stateKeyOf(runner)
  return { key, ...STATES[key] }
}

/** Text colour of a tone. */
export const TONE_TEXT: Record<Tone, string> = {
  ok: 'text-ok',
  warn: 'text-warn',
  bad: 'text-bad',
  lost: 'text-lost',
  accent: 'text-accent-strong',
  quiet: 'text-ink-soft',
}

/** Since when the runner is in the state shown. */
export function stateSince(runner: Runner): string {
  if (runner.endedAt) return runner.endedAt
  if (runner.status === 'running' || runner.status === 'paused') return runner.activitySince
  return runner.startedAt ?? runner.createdAt
}

/** What to call a runner: its own name, or its project's. */
export const titleOf = (runner: Runner): string => runner.name ?? runner.project

/** First characters of an id: what the CLI accepts too. */
export const shortId = (id: string): string => id.slice(0, 8)

/** How it ended, in one line; null while it has not. */
export function endingOf(runner: Pick<Runner, 'status' | 'exitCode' | 'signal' | 'reason'>): string | null {
  if (runner.status !== 'terminated' && runner.status !== 'failed') return null
  const { signal, exitCode, reason } = runner
  const how = signal ? `signal ${signal}` : exitCode === null ? null : `exit code ${exitCode}`
  // A reason that already tells the code or signal needs no second telling.
  const told = signal ? reason?.includes(signal) : exitCode !== null && reason?.includes(`code ${exitCode}`)
  return [told ? null : how, reason].filter(Boolean).join(' · ') || 'ended'
}

/** What to type in a shell to attach to it. */
export const attachCommand = (runner: Pick<Runner, 'id'>): string => `stratavore attach ${shortId(runner.id)}`

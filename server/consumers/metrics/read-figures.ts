import type { EventEnvelope } from '@/contracts/event/envelope'
import { type EventData, eventDataSchemas } from '@/contracts/event/event-data'
import type { RunnerActivity } from '@/contracts/runner/status'
import type { LaunchResult, RunnerFigure, WaitingActivity } from './runner-figures'

/** Launches under way that are remembered, by runner, with the time of the launch. */
export interface LaunchesUnderWay {
  add(runnerId: string, at: Date): void
  /** When it was launched, and forgets it; null when it is not known. */
  take(runnerId: string): Date | null
}

const waitingActivity = (activity: RunnerActivity): WaitingActivity | null =>
  activity === 'waiting_permission' || activity === 'waiting_input' ? activity : null

/** The figures one event gives. Times are those of the events: when it is delivered does not matter. */
export function readFigures(event: EventEnvelope, launches: LaunchesUnderWay): RunnerFigure[] {
  const runnerId = event.subject.slice(event.subject.indexOf('/') + 1)
  const at = new Date(event.time)
  switch (event.type) {
    case 'runner.launched':
      launches.add(runnerId, at)
      return []
    case 'quota.exceeded':
      return [{ kind: 'launch', result: 'quota_exceeded', seconds: null }]
    case 'runner.activity': {
      const { previous, previousSeconds, provider } = eventDataSchemas['runner.activity'].parse(event.data)
      const activity = waitingActivity(previous)
      return activity === null ? [] : [{ kind: 'wait', activity, provider, seconds: previousSeconds }]
    }
    case 'runner.started':
    case 'runner.adopted':
    case 'runner.stopped':
    case 'runner.failed': {
      const change = eventDataSchemas[event.type].parse(event.data)
      return [...launchFigures(event.type, change, at, launches.take(runnerId)), ...lastWait(event.type, change, at)]
    }
    case 'runner.restarting': {
      const change = eventDataSchemas[event.type].parse(event.data)
      // A restart by its policy follows a failure, which told of the wait already.
      return change.nextStartAt === undefined ? lastWait(event.type, change, at) : []
    }
    default:
      return []
  }
}

type EndingType = 'runner.started' | 'runner.adopted' | 'runner.stopped' | 'runner.failed'
type Change = EventData<EndingType>

/** A launch ends with the first of these events. What starts again later is a restart, and no launch. */
function launchFigures(type: EndingType, change: Change, at: Date, launchedAt: Date | null): RunnerFigure[] {
  // A daemon started since then does not remember the launch; its first epoch says that it was one.
  if (launchedAt === null && (change.epoch !== 1 || change.previousStatus !== 'starting')) return []
  const seconds = launchedAt === null ? null : Math.max(0, at.getTime() - launchedAt.getTime()) / 1000
  return [{ kind: 'launch', result: RESULTS[type], seconds }]
}

const RESULTS: Record<EndingType, LaunchResult> = {
  'runner.started': 'started',
  // Its agent was away while it started.
  'runner.adopted': 'started',
  'runner.stopped': 'cancelled',
  'runner.failed': 'failed',
}

/** Whoever ended while waiting has waited until then: no later event of its activity tells it. */
function lastWait(type: EndingType | 'runner.restarting', change: Change, at: Date): RunnerFigure[] {
  const activity = waitingActivity(change.activity)
  if (activity === null || type === 'runner.started' || type === 'runner.adopted') return []
  const seconds = Math.max(0, at.getTime() - Date.parse(change.activitySince)) / 1000
  return [{ kind: 'wait', activity, provider: change.provider, seconds }]
}

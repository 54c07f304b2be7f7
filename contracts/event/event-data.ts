import type { z } from 'zod'
import { approvalEventData } from './approval-events'
import { projectEventData } from './project-events'
import { runnerEventData } from './runner-events'
import { sessionEventData } from './session-events'
import { systemEventData } from './system-events'
import { usageEventData } from './usage-events'

/** The `data` of each type of event. The only such table: types, JSON Schemas and docs/events are made from it. */
export const eventDataSchemas = {
  ...runnerEventData,
  ...sessionEventData,
  ...approvalEventData,
  ...usageEventData,
  ...projectEventData,
  ...systemEventData,
} as const

/** Type of an event: the first two words of its routing key. */
export type EventType = keyof typeof eventDataSchemas
export type EventData<T extends EventType> = z.output<(typeof eventDataSchemas)[T]>

/** Types of the events that a change of a runner's status may tell, with one shape of data. */
export type RunnerChangeType = Exclude<
  keyof typeof runnerEventData,
  | 'runner.launched'
  | 'runner.activity'
  | 'runner.limited'
  | 'runner.notice'
  | 'runner.attended'
  | 'runner.drive_began'
  | 'runner.drive_ended'
  | 'runner.heartbeat'
>

/** Version of an event's data. A change that an old reader would misread gets a new number. */
export const EVENT_DATA_VERSION = 1

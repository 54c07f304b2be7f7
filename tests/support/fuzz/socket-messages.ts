import fc from 'fast-check'
import { z } from 'zod'
import { activityReport, sessionBound } from '@/contracts/agent-protocol/activity'
import { approvalClosed, approvalRequested } from '@/contracts/agent-protocol/approval'
import { renewRequest } from '@/contracts/agent-protocol/enrolment'
import type { AgentToDaemon } from '@/contracts/agent-protocol/events'
import {
  heartbeat,
  joinRequest,
  runnerConfined,
  runnerExited,
  runnerResized,
  runnerStarted,
} from '@/contracts/agent-protocol/messages'
import { noticeReport } from '@/contracts/agent-protocol/notice'
import {
  telemetryReport,
  transcriptBatch,
  transcriptCursorsRequest,
  transcriptMissing,
} from '@/contracts/agent-protocol/transcript'
import { uuid } from '@/contracts/primitives'
import { type ClientToDaemon, wantedSize } from '@/contracts/terminal/terminal'
import { type KnownValues, mutatedInputs, validInputs } from './from-schema'
import { HOSTILE_ON_SOCKETS } from './hostile-values'

/** Rounds over all events of a socket. */
export const SOCKET_ROUNDS = 12
/** Messages made from a schema, for each event: as it says, and with something in them that does not belong there. */
const VALID_MESSAGES = 4
const MUTATED_MESSAGES = 12

/** An event and what is sent with it. */
export type SocketMessage = [string, unknown[]]

/** The arguments of each event of a socket. */
type SocketEvents = Readonly<Record<string, z.ZodType>>

/** Stands for bytes, which no schema of JSON has. */
const BYTES = 'stands for bytes'
const bytes = z.literal(BYTES)
const number = z.number().int().nonnegative()

/** So that an event that is added is tried too: the compiler asks for it. */
export const AGENT_EVENTS = {
  join: z.tuple([joinRequest]),
  runnerStarted: z.tuple([runnerStarted]),
  runnerExited: z.tuple([runnerExited]),
  heartbeat: z.tuple([heartbeat]),
  output: z.tuple([uuid, number, bytes]),
  outputSkipped: z.tuple([uuid]),
  resized: z.tuple([runnerResized]),
  activity: z.tuple([activityReport]),
  sessionBound: z.tuple([sessionBound]),
  approvalRequested: z.tuple([approvalRequested]),
  approvalClosed: z.tuple([approvalClosed]),
  transcriptCursors: z.tuple([transcriptCursorsRequest]),
  transcriptBatch: z.tuple([transcriptBatch]),
  transcriptMissing: z.tuple([transcriptMissing]),
  telemetry: z.tuple([telemetryReport]),
  notice: z.tuple([noticeReport]),
  runnerConfined: z.tuple([runnerConfined]),
  renewCertificate: z.tuple([renewRequest]),
} satisfies Record<keyof AgentToDaemon, z.ZodType>

/** The same of a terminal's client. */
export const TERMINAL_EVENTS = {
  input: z.tuple([number, z.union([z.string(), bytes])]),
  ack: z.tuple([number]),
  resize: z.tuple([wantedSize]),
  takeSeat: z.tuple([]),
  askSeat: z.tuple([]),
  answerSeat: z.tuple([uuid, z.boolean()]),
  releaseSeat: z.tuple([]),
} satisfies Record<keyof ClientToDaemon, z.ZodType>

/** Up to three arguments that do not belong there, for each event and round. */
export const socketMessages = (events: SocketEvents, seed: number): SocketMessage[] => {
  const names = fc.constantFrom(...Object.keys(events), 'nothing', 'connection')
  const values = fc.array(fc.constantFrom(...HOSTILE_ON_SOCKETS), { maxLength: 3 })
  return fc.sample(fc.tuple(names, values), { numRuns: SOCKET_ROUNDS * Object.keys(events).length, seed })
}

/** Messages made from the schemas of each event and mutated ones, in an order of no meaning: the second half is like the first. */
export function schemaMessages(events: SocketEvents, known: KnownValues, seed: number): SocketMessage[] {
  const messages = Object.entries(events).flatMap(([event, schema], index) => {
    const draw = (arbitrary: fc.Arbitrary<unknown>, numRuns: number, salt: number) =>
      fc.sample(arbitrary, { numRuns, seed: seed + index * 2 + salt })
    return [
      ...draw(validInputs(schema, known), VALID_MESSAGES, 0),
      ...draw(mutatedInputs(schema, known), MUTATED_MESSAGES, 1),
    ].map((sent): SocketMessage => [event, argumentsOf(sent)])
  })
  return fc.sample(fc.shuffledSubarray(messages, { minLength: messages.length }), { numRuns: 1, seed })[0] ?? []
}

/** What is no list any more by its mutation is one argument, or several by its numbered properties. */
function argumentsOf(sent: unknown): unknown[] {
  const list = Array.isArray(sent) ? sent : typeof sent === 'object' && sent !== null ? Object.values(sent) : [sent]
  return list.slice(0, 8).map((value) => (value === BYTES ? Buffer.from('forged output') : value))
}

import { z } from 'zod'
import { plainLine, terminalDimension, uuid } from '../primitives'
import { projectRef } from '../project/project'
import { providerId } from '../provider/provider'
import { restartPolicy } from './runner'
import { runnerActivity, runnerStatus } from './status'

/** Upper bound of one launch prompt: argv on Linux holds 128 KiB per argument. */
const MAX_PROMPT_BYTES = 100_000
/** One `send` is typed text; larger things are pasted by an attached terminal, which has flow control. */
export const MAX_SEND_BYTES = 256 * 1024
/** Runners one call may launch. */
export const MAX_LAUNCH_COUNT = 100

/** A first prompt: typed to the program as it is, never parsed as a flag. */
export const launchPrompt = z
  .string()
  .max(MAX_PROMPT_BYTES)
  .refine((text) => !text.includes('\0'), 'must not contain NUL')

/** Names a caller may set for one launch; loader, path and endpoint overrides belong to the project's variables. */
export const runnerLaunchInput = z.strictObject({
  project: projectRef,
  /** Defaults to the project's own default. */
  provider: providerId.optional(),
  name: plainLine(64).optional(),
  prompt: launchPrompt.optional(),
  restartPolicy: restartPolicy.default('never'),
  cols: terminalDimension.default(120),
  rows: terminalDimension.default(32),
  /** Same key, same input: the same runner again. Same key, other input: CONFLICT. */
  idempotencyKey: z
    .string()
    .min(8)
    .max(128)
    .regex(/^[\x21-\x7e]+$/, 'must be printable ASCII')
    .optional(),
})
export type RunnerLaunchInput = z.input<typeof runnerLaunchInput>

export const runnerIdInput = z.object({ id: uuid })

export const runnerListInput = z
  .object({
    project: projectRef.optional(),
    status: z.array(runnerStatus).max(runnerStatus.options.length).optional(),
    activity: z.array(runnerActivity).max(runnerActivity.options.length).optional(),
    /** Ended runners too; without it only those that hold a slot and those that ended lately (24 h). */
    all: z.boolean().default(false),
    limit: z.number().int().min(1).max(5000).default(1000),
  })
  .default({ all: false, limit: 1000 })

export const runnerStopInput = z.object({
  id: uuid,
  /** SIGKILL at once instead of a polite exit first. */
  force: z.boolean().default(false),
  /** Milliseconds between the polite exit and SIGKILL. */
  graceMs: z.number().int().min(0).max(300_000).default(10_000),
})

export const runnerAttachInput = z.object({
  id: uuid,
  /** A read-only ticket can never become the driver. */
  readOnly: z.boolean().default(false),
})

/** What `runner.attach` returns: the only thing the terminal socket accepts. */
export const attachTicket = z.object({
  /** Single use, bound to this runner, dead at `expiresAt`. */
  ticket: z.string(),
  runnerId: uuid,
  expiresAt: z.iso.datetime({ offset: true }),
})
export type AttachTicket = z.infer<typeof attachTicket>

export const runnerSendInput = z.object({
  id: uuid,
  text: z.string().max(MAX_SEND_BYTES),
  /** Press Enter afterwards. */
  enter: z.boolean().default(false),
})

export const runnerScreenInput = z.object({
  id: uuid,
  /** With colours and attributes as escape sequences. */
  ansi: z.boolean().default(false),
})

export const runnerScreen = z.object({
  cols: z.number().int(),
  rows: z.number().int(),
  cursor: z.object({ x: z.number().int(), y: z.number().int() }),
  title: z.string(),
  /** Rows joined by newline, trailing blanks removed; with escape sequences when asked. */
  text: z.string(),
})
export type RunnerScreen = z.infer<typeof runnerScreen>

/** Bytes of log one call returns at most. */
export const MAX_LOG_CHUNK_BYTES = 256 * 1024

export const runnerLogsInput = z.object({
  id: uuid,
  /** Byte offset in the runner's output; negative counts from the end. */
  from: z.number().int().default(-65_536),
  limit: z.number().int().min(1).max(MAX_LOG_CHUNK_BYTES).default(MAX_LOG_CHUNK_BYTES),
})

export const runnerLogs = z.object({
  /** Offset of the first byte returned; larger than asked when older output is no longer kept. */
  offset: z.number().int(),
  /** Raw output as base64: it may hold escape sequences and cut characters. */
  dataBase64: z.string(),
  /** Offset after the newest byte the runner has written so far. */
  end: z.number().int(),
})
export type RunnerLogs = z.infer<typeof runnerLogs>

/** Sent by a process that wraps itself (no agent of ours holds its PTY). */
export const runnerHeartbeatInput = z.object({
  id: uuid,
  /** Strictly growing within one epoch; older ones are ignored. */
  seq: z.number().int().min(0),
  epoch: z.number().int().min(0),
  activity: runnerActivity.optional(),
  cpuPercent: z.number().min(0).max(1_000_000).optional(),
  memoryBytes: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER).optional(),
})

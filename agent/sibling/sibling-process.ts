import { type ChildProcess, spawn } from 'node:child_process'
import { z } from 'zod'
import { createFrameDecoder, encodeFrame } from './frames'

/** Waits before a sibling that died is started again; the second doubles up to the last. */
const FIRST_RESTART_MS = 50
const LAST_RESTART_MS = 5_000
/** A sibling that lived this long was sound: its next restart is quick again. */
const SOUND_AFTER_MS = 30_000

// The web framework's types make NODE_ENV a required variable of every environment.
const EMPTY_ENVIRONMENT = {} as NodeJS.ProcessEnv

const requestId = z.number().int()
/** How a sibling answers a request; the answer's bytes are the frame's data. */
export const siblingAnswer = z.discriminatedUnion('type', [
  z.object({ type: z.literal('reply'), requestId, body: z.unknown() }),
  z.object({ type: z.literal('failed'), requestId, error: z.string() }),
])
export type SiblingAnswer = z.infer<typeof siblingAnswer>

export interface SiblingEvents {
  /** A fresh one runs and knows nothing: everything held must be told to it again. */
  onStarted(): void
  /** What it says of itself, yet to be checked. What this throws ends the sibling: it says something broken. */
  onMessage(header: unknown, data: Buffer): void
  onProblem(message: string, detail: string): void
}

export interface SiblingLink {
  /** Says something that is not answered. Lost when the sibling is being restarted. */
  notify(message: object, data?: Uint8Array): void
  /** Asks and checks the answer. Rejects when the sibling fails, dies or does not answer in time: the usual, or `timeoutMs`. */
  request<Body>(message: object, body: z.ZodType<Body>, timeoutMs?: number): Promise<{ body: Body; data: Buffer }>
  /** Resolves when the sibling has done what it was told and ended. */
  stop(): Promise<void>
}

export interface SiblingOptions {
  /** What it is called in messages: `observer`. */
  name: string
  scriptPath: string
  args: readonly string[]
  /** Longest any of its answers takes. */
  requestTimeoutMs: number
  events: SiblingEvents
}

interface Pending {
  resolve(answer: { body: unknown; data: Buffer }): void
  reject(error: Error): void
  timer: NodeJS.Timeout
}

/** Runs a process of the agent's own as a child on pipes, and starts it again when it dies. */
export function startSibling({ name, scriptPath, args, requestTimeoutMs, events }: SiblingOptions): SiblingLink {
  const pending = new Map<number, Pending>()
  let nextId = 1
  let child: ChildProcess | null = null
  let restartMs = FIRST_RESTART_MS
  let restartTimer: NodeJS.Timeout | null = null
  let stopping = false
  let onStopped: () => void = () => {}

  const settle = (id: number): Pending | undefined => {
    const item = pending.get(id)
    if (item !== undefined) clearTimeout(item.timer)
    pending.delete(id)
    return item
  }

  const decode = () =>
    createFrameDecoder(({ header, data }) => {
      const { data: answer } = siblingAnswer.safeParse(header)
      if (answer === undefined) events.onMessage(header, data)
      else if (answer.type === 'reply') settle(answer.requestId)?.resolve({ body: answer.body, data })
      else settle(answer.requestId)?.reject(new Error(answer.error))
    })

  function onExit(startedAt: number, detail: string): void {
    child = null
    for (const id of [...pending.keys()]) settle(id)?.reject(new Error(`the ${name} was restarted`))
    if (stopping) {
      onStopped()
      return
    }
    events.onProblem(`the ${name} ended and is started again`, detail)
    restartMs =
      performance.now() - startedAt > SOUND_AFTER_MS ? FIRST_RESTART_MS : Math.min(restartMs * 2, LAST_RESTART_MS)
    restartTimer = setTimeout(start, restartMs)
  }

  function start(): void {
    const startedAt = performance.now()
    const started = spawn(process.execPath, [scriptPath, ...args], {
      stdio: ['pipe', 'pipe', 'inherit'],
      // It needs nothing of our environment, and what it does not have it cannot show to anybody.
      env: EMPTY_ENVIRONMENT,
    })
    const decoder = decode()
    child = started
    started.once('error', (error) => events.onProblem(`the ${name} cannot be started`, String(error)))
    // Node gives no pipes, and tells no end, when the system has no descriptor left.
    if ((started.stdout as unknown) == null || (started.stdin as unknown) == null) {
      onExit(startedAt, 'it has no pipes')
      return
    }
    started.stdout.on('data', (chunk: Buffer) => {
      try {
        decoder(chunk)
      } catch (error) {
        events.onProblem(`the ${name} said something broken`, String(error))
        started.kill('SIGKILL')
      }
    })
    // EPIPE: it died while we wrote; its exit is handled.
    started.stdin.on('error', () => {})
    started.once('close', (code, signal) => onExit(startedAt, `exit code ${code}, signal ${signal}`))
    events.onStarted()
  }

  const send = (message: object, data?: Uint8Array): void => {
    const pipe = child?.stdin
    if (pipe == null) return
    // All that is said in one turn goes out in one write.
    pipe.cork()
    for (const part of encodeFrame(message, data)) pipe.write(part)
    process.nextTick(() => pipe.uncork())
  }

  start()
  return {
    notify: send,
    request(message, body, timeoutMs = requestTimeoutMs) {
      const id = nextId
      nextId += 1
      return new Promise<{ body: unknown; data: Buffer }>((resolve, reject) => {
        if (child === null) return reject(new Error(`the ${name} is being restarted`))
        const timer = setTimeout(() => settle(id)?.reject(new Error(`the ${name} did not answer`)), timeoutMs)
        pending.set(id, { resolve, reject, timer })
        send({ ...message, requestId: id })
      }).then((answer) => ({ body: body.parse(answer.body), data: answer.data }))
    },
    stop() {
      stopping = true
      if (restartTimer !== null) clearTimeout(restartTimer)
      if (child === null) return Promise.resolve()
      const stopped = new Promise<void>((resolve) => {
        onStopped = resolve
      })
      child.stdin?.end()
      return stopped
    },
  }
}

import { type ChildProcess, spawn } from 'node:child_process'
import type { z } from 'zod'
import { createFrameDecoder, encodeFrame } from './frames'
import { fromObserver, type ToObserver } from './protocol'

/** Waits before an observer that died is started again; the second doubles up to the last. */
const FIRST_RESTART_MS = 50
const LAST_RESTART_MS = 5_000
/** An observer that lived this long was sound: its next restart is quick again. */
const SOUND_AFTER_MS = 30_000
/** Longest any request takes: rebuilding a screen from 16 MB takes about half a second. */
const REQUEST_TIMEOUT_MS = 15_000

// The web framework's types make NODE_ENV a required variable of every environment.
const EMPTY_ENVIRONMENT = {} as NodeJS.ProcessEnv

/** Requests without the id that the link adds. */
type WithoutId<Message> = Message extends { requestId: number } ? Omit<Message, 'requestId'> : never
export type ObserverRequest = WithoutId<ToObserver>
export type ObserverNotice = Exclude<ToObserver, { requestId: number }>

export interface ObserverEvents {
  /** A fresh observer runs and knows nothing: everything held must be told to it again. */
  onStarted(): void
  onTaken(life: string, end: number): void
  onAnswer(life: string, data: Buffer): void
  onProblem(message: string, detail: string): void
}

export interface ObserverLink {
  notify(message: ObserverNotice, data?: Uint8Array): void
  /** Asks and checks the answer. Rejects when the observer fails, dies or does not answer in time. */
  request<Body>(message: ObserverRequest, body: z.ZodType<Body>): Promise<{ body: Body; data: Buffer }>
  /** Resolves when the observer has written what it was fed and ended. */
  stop(): Promise<void>
}

export interface ObserverProcessOptions {
  scriptPath: string
  logsDir: string
  events: ObserverEvents
}

interface Pending {
  resolve(answer: { body: unknown; data: Buffer }): void
  reject(error: Error): void
  timer: NodeJS.Timeout
}

/** Runs the observer as a child on pipes, and starts it again when it dies. */
export function startObserver({ scriptPath, logsDir, events }: ObserverProcessOptions): ObserverLink {
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
      const message = fromObserver.parse(header)
      if (message.type === 'taken') events.onTaken(message.life, message.end)
      else if (message.type === 'answer') events.onAnswer(message.life, data)
      else if (message.type === 'reply') settle(message.requestId)?.resolve({ body: message.body, data })
      else settle(message.requestId)?.reject(new Error(message.error))
    })

  function onExit(startedAt: number, detail: string): void {
    child = null
    for (const id of [...pending.keys()]) settle(id)?.reject(new Error('the observer was restarted'))
    if (stopping) {
      onStopped()
      return
    }
    events.onProblem('the observer ended and is started again', detail)
    restartMs =
      performance.now() - startedAt > SOUND_AFTER_MS ? FIRST_RESTART_MS : Math.min(restartMs * 2, LAST_RESTART_MS)
    restartTimer = setTimeout(start, restartMs)
  }

  function start(): void {
    const startedAt = performance.now()
    const started = spawn(process.execPath, [scriptPath, logsDir], {
      stdio: ['pipe', 'pipe', 'inherit'],
      // It needs nothing of our environment, and what it does not have it cannot show to anybody.
      env: EMPTY_ENVIRONMENT,
    })
    const decoder = decode()
    child = started
    started.once('error', (error) => events.onProblem('the observer cannot be started', String(error)))
    // Node gives no pipes, and tells no end, when the system has no descriptor left.
    if ((started.stdout as unknown) == null || (started.stdin as unknown) == null) {
      onExit(startedAt, 'it has no pipes')
      return
    }
    started.stdout.on('data', (chunk: Buffer) => {
      try {
        decoder(chunk)
      } catch (error) {
        events.onProblem('the observer said something broken', String(error))
        started.kill('SIGKILL')
      }
    })
    // EPIPE: it died while we wrote; its exit is handled.
    started.stdin.on('error', () => {})
    started.once('close', (code, signal) => onExit(startedAt, `exit code ${code}, signal ${signal}`))
    events.onStarted()
  }

  const send = (message: ToObserver, data?: Uint8Array): void => {
    for (const part of encodeFrame(message, data)) child?.stdin?.write(part)
  }

  start()
  return {
    notify: send,
    request(message, body) {
      const requestId = nextId
      nextId += 1
      return new Promise<{ body: unknown; data: Buffer }>((resolve, reject) => {
        if (child === null) return reject(new Error('the observer is being restarted'))
        const timer = setTimeout(
          () => settle(requestId)?.reject(new Error('the observer did not answer')),
          REQUEST_TIMEOUT_MS,
        )
        pending.set(requestId, { resolve, reject, timer })
        send({ ...message, requestId } as ToObserver)
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

import type { z } from 'zod'
import type { NoticeReport } from '@/contracts/agent-protocol/notice'
import { startSibling } from '../sibling/sibling-process'
import { fromObserver, type ProgramSaid, partsOfLife, type ToObserver } from './protocol'

/** Longest any request takes: rebuilding a screen from 16 MB takes about half a second. */
const REQUEST_TIMEOUT_MS = 15_000

/** Requests without the id that the link adds. */
type WithoutId<Message> = Message extends { requestId: number } ? Omit<Message, 'requestId'> : never
export type ObserverRequest = WithoutId<ToObserver>
export type ObserverNotice = Exclude<ToObserver, { requestId: number }>

export interface ObserverEvents {
  /** A fresh observer runs and knows nothing: everything held must be told to it again. */
  onStarted(): void
  onTaken(life: string, end: number): void
  onAnswer(life: string, data: Buffer): void
  onSaid(life: string, said: ProgramSaid): void
  onNotice(report: NoticeReport): void
  /** Why recordings cannot be written; null once they can. */
  onRefused(reason: string | null): void
  onProblem(message: string, detail: string): void
}

export interface ObserverLink {
  notify(message: ObserverNotice, data?: Uint8Array): void
  /** Asks and checks the answer. Rejects when the observer fails, dies or does not answer in time: the usual, or `timeoutMs`. */
  request<Body>(
    message: ObserverRequest,
    body: z.ZodType<Body>,
    timeoutMs?: number,
  ): Promise<{ body: Body; data: Buffer }>
  /** Resolves when the observer has written what it was fed and ended. */
  stop(): Promise<void>
}

export interface ObserverProcessOptions {
  scriptPath: string
  logsDir: string
  recordingsDir: string
  events: ObserverEvents
}

/** Runs the observer as a child on pipes, and starts it again when it dies. */
export const startObserver = ({ scriptPath, logsDir, recordingsDir, events }: ObserverProcessOptions): ObserverLink =>
  startSibling({
    name: 'observer',
    scriptPath,
    args: [logsDir, recordingsDir],
    requestTimeoutMs: REQUEST_TIMEOUT_MS,
    events: {
      onStarted: events.onStarted,
      onProblem: events.onProblem,
      onMessage(header, data) {
        const message = fromObserver.parse(header)
        if (message.type === 'taken') events.onTaken(message.life, message.end)
        else if (message.type === 'said') events.onSaid(message.life, message)
        else if (message.type === 'recording') events.onRefused(message.refused)
        else if (message.type === 'notice') {
          const { life, kind, text, count } = message
          const { runnerId, epoch } = partsOfLife(life)
          events.onNotice({ runnerId, epoch, kind, text, count })
        } else events.onAnswer(message.life, data)
      },
    },
  })

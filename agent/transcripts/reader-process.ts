import type { z } from 'zod'
import type { DaemonSocket } from '../connection/commands'
import { startSibling } from '../sibling/sibling-process'
import { type DiskAnswer, type DiskQuestion, diskAnswers, parseTell, type TellDaemon, type ToReader } from './protocol'
import { keyOfRoot, type TranscriptRoot } from './transcript-roots'

/** A search through hundreds of megabytes of a transcript or a recording. */
const REQUEST_TIMEOUT_MS = 30_000
/** The daemon writes a batch to the database before it answers. */
const TELL_TIMEOUT_MS = 15_000

type QuestionOf<Type extends DiskQuestion['type']> = Extract<DiskQuestion, { type: Type }>['question']

export interface ReaderLink {
  /** Below these directories are transcripts, besides those told before. */
  addRoots(roots: readonly TranscriptRoot[]): void
  /** These values, and no others, must not be in what it tells and answers. */
  knowSecrets(values: readonly string[]): void
  /** A joined connection: what is read is told on it. */
  attach(socket: DaemonSocket): void
  detach(): void
  /** Asks about a session or a recording on this disk. Rejects when the reader fails, dies or does not answer in time. */
  ask<Type extends DiskQuestion['type']>(type: Type, question: QuestionOf<Type>): Promise<DiskAnswer<Type>>
  stop(): Promise<void>
}

export interface ReaderProcessOptions {
  scriptPath: string
  /** Where the observer writes recordings. */
  recordingsDir: string
  /** Stratavore's own directories: nothing of them is read as a transcript. */
  ownDirs: readonly string[]
  onProblem(message: string, detail: unknown): void
}

/** Runs the reader as a child, and passes on what it and the daemon have for each other. */
export function startReader({ scriptPath, recordingsDir, ownDirs, onProblem }: ReaderProcessOptions): ReaderLink {
  const roots = new Map<string, TranscriptRoot>()
  let socket: DaemonSocket | null = null
  let isUp = false
  let secrets: readonly string[] = []

  const notify = (message: Extract<ToReader, { type: 'roots' | 'secrets' | 'connected' | 'told' }>): void =>
    sibling.notify(message)
  const introduce = (): void => {
    // First: nothing is read before it is known what must not be told of it.
    notify({ type: 'secrets', values: [...secrets] })
    notify({ type: 'roots', roots: [...roots.values()] })
    if (socket !== null) notify({ type: 'connected' })
  }

  async function tell(tellId: number, { event, message }: TellDaemon): Promise<void> {
    // Which message belongs to which event is said by the schema; the socket's map of events is beyond the types.
    const to = socket?.timeout(TELL_TIMEOUT_MS) as unknown as
      | { emitWithAck(event: string, message: unknown): Promise<unknown> }
      | undefined
    const reply = await (to?.emitWithAck(event, message).catch(() => null) ?? null)
    notify({ type: 'told', tellId, reply })
  }

  const sibling = startSibling({
    name: 'reader',
    scriptPath,
    args: [recordingsDir, ...ownDirs],
    requestTimeoutMs: REQUEST_TIMEOUT_MS,
    events: {
      onProblem,
      // The first time `sibling` is not there yet.
      onStarted: () => isUp && introduce(),
      onMessage(header) {
        const message = parseTell(header)
        if ('tell' in message) return void tell(message.tellId, message.tell)
        onProblem('the reader said what no daemon takes', message.problem)
        const reply = { ok: false, code: 'invalid_input', error: message.problem }
        notify({ type: 'told', tellId: message.tellId, reply })
      },
    },
  })
  isUp = true

  return {
    addRoots(more) {
      const before = roots.size
      for (const root of more) roots.set(keyOfRoot(root), root)
      if (roots.size > before) notify({ type: 'roots', roots: [...roots.values()] })
    },
    knowSecrets(values) {
      secrets = values
      notify({ type: 'secrets', values: [...values] })
    },
    attach(joined) {
      socket = joined
      notify({ type: 'connected' })
    },
    detach() {
      socket = null
    },
    async ask<Type extends DiskQuestion['type']>(type: Type, question: QuestionOf<Type>) {
      // The compiler does not follow that the schema found by a type is the one of its answer.
      const answer = diskAnswers[type] as unknown as z.ZodType<DiskAnswer<Type>>
      return (await sibling.request({ type, question }, answer)).body
    },
    stop: () => sibling.stop(),
  }
}

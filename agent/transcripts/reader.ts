import type { ProviderId } from '@/contracts/provider/provider'
import { createTextRedactor, type RedactText } from '@/contracts/redaction/redact-text'
import type { RecordingAnswers } from '../recording/recording-answers'
import { createFeed } from './feed'
import type { DiskQuestion, FromReader, RecordingQuestion, ToReader } from './protocol'
import { createSessionAnswers } from './session-answers'
import { createDaemonLine } from './tell-daemon'
import type { TranscriptRoot } from './transcript-roots'
import { watchRoots } from './watch-roots'

/** How often the daemon is asked whether it still has what it was told; a part of the files each time. */
const RECHECK_EVERY_MS = 10_000

export interface ReaderOptions {
  recordings: RecordingAnswers
  send(message: FromReader): void
  onProblem(message: string, detail: unknown): void
  /** Unix milliseconds. */
  now(): number
}

export interface Reader {
  handle(message: ToReader): void
  stop(): void
}

const isOfRecordings = (question: DiskQuestion): question is RecordingQuestion =>
  question.type === 'recordingInfo' || question.type === 'readRecording' || question.type === 'searchRecording'

/** Reads the transcripts below what it is told, for the daemon and for whoever asks; and recordings. */
export function createReader({ recordings, send, onProblem, now }: ReaderOptions): Reader {
  let roots: readonly TranscriptRoot[] = []
  const rootsOf = (provider: ProviderId): string[] =>
    roots.filter((root) => root.provider === provider).map(({ path }) => path)
  let redact = createTextRedactor([])
  const withoutSecrets: RedactText = (text) => redact(text)
  const sessions = createSessionAnswers(withoutSecrets)
  const line = createDaemonLine((tellId, tell) => send({ type: 'tell', tellId, tell }))
  const feed = createFeed(line.tell, withoutSecrets, onProblem, now)
  const watcher = watchRoots(
    {
      found: feed.seen,
      scanned(found) {
        const there = new Set(found.map(({ path }) => path))
        for (const path of [...feed.paths()]) if (!there.has(path)) feed.gone(path)
        feed.seen(found)
      },
      onProblem,
    },
    now,
  )
  const rechecking = setInterval(feed.recheck, RECHECK_EVERY_MS)

  return {
    handle(message) {
      if (message.type === 'told') return line.told(message.tellId, message.reply)
      if (message.type === 'secrets') {
        redact = createTextRedactor(message.values)
        return
      }
      if (message.type === 'connected') return feed.connected()
      if (message.type === 'roots') {
        roots = message.roots
        return watcher.add(roots)
      }
      const { requestId } = message
      const answer = isOfRecordings(message)
        ? recordings.answer(message)
        : sessions.answer(message, rootsOf(message.question.provider))
      answer.then(
        (body) => send({ type: 'reply', requestId, body }),
        (error: unknown) =>
          send({ type: 'failed', requestId, error: error instanceof Error ? error.message : String(error) }),
      )
    },
    stop() {
      clearInterval(rechecking)
      watcher.stop()
    },
  }
}

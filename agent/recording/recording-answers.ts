import { join } from 'node:path'
import type { Refusal } from '@/contracts/agent-protocol/messages'
import { lifeOf } from '../observer/protocol'
import type { DiskAnswer, RecordingQuestion } from '../transcripts/protocol'
import { describeLife, recordedEpochs } from './describe-recording'
import { readRecordingPage } from './read-recording'
import { readHeader } from './recording-files'
import { searchRecordingText } from './search-recording'
import { createSegmentTexts } from './segment-text'

/** Answers questions about the recordings in a directory, with a refusal where it cannot. Only reads. */
export interface RecordingAnswers {
  answer(question: RecordingQuestion): Promise<DiskAnswer<RecordingQuestion['type']>>
}

const NOTHING: Refusal = { ok: false, code: 'not_found', error: 'Nothing is recorded of this runner, or no longer.' }

/** Whether a file went away while it was read: it was dropped as too old, or as too much. */
const isGone = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT'

export function createRecordingAnswers(recordingsDir: string): RecordingAnswers {
  const texts = createSegmentTexts()

  async function describe(runnerId: string, epoch: number | null) {
    const epochs = await recordedEpochs(recordingsDir, runnerId)
    const wanted = epochs.filter((one) => epoch === null || one === epoch)
    const lives = await Promise.all(wanted.map((one) => describeLife(recordingsDir, lifeOf(runnerId, one), one, texts)))
    return lives.filter((life) => life !== null)
  }

  async function once(message: RecordingQuestion): Promise<DiskAnswer<RecordingQuestion['type']>> {
    const { question } = message
    if (message.type === 'recordingInfo') {
      const lives = await describe(question.runnerId, question.epoch)
      return lives.length === 0 ? NOTHING : { ok: true, lives }
    }
    const { runnerId, epoch } = message.question
    const directory = join(recordingsDir, lifeOf(runnerId, epoch))
    if ((await readHeader(directory)) === null) return NOTHING
    if (message.type === 'readRecording')
      return { ok: true, ...(await readRecordingPage(directory, message.question, texts)) }
    const { text, limit } = message.question
    return { ok: true, ...(await searchRecordingText(directory, text, limit, texts)) }
  }

  return {
    // A segment is sealed or dropped between the look at the directory and the look at the file: then once more.
    answer: (message) =>
      once(message).catch((error: unknown) => (isGone(error) ? once(message) : Promise.reject(error))),
  }
}

import { join } from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'
import { openOutputLog } from '../observer/output-log'
import { findInLog } from './find-in-log'
import { finishLeft } from './finish-left'
import { beginRecording, continueRecording, type Recorder, type RecorderOptions } from './recorder'
import type { FromRecorder, RecordedBeginning, RecorderDirectories, ToRecorder } from './recorder-messages'

/** The observer's thread that records. */
const port = parentPort
if (port === null) throw new Error('recorder: a thread of the observer, no program of its own')
const { recordingsDir, logsDir } = workerData as RecorderDirectories
const tell = (message: FromRecorder): void => port.postMessage(message)

/** What is to happen later than this keeps no thread that is to end. */
const SOON_MS = 60_000

/** Messages of a life keep their order: each waits for its recorder. */
const recorders = new Map<string, Promise<Recorder>>()

const portsOf = (life: string) => ({
  directory: join(recordingsDir, life),
  clock: {
    now: Date.now,
    monotonicMs: () => performance.now(),
    after(ms: number, work: () => void) {
      const timer = setTimeout(work, ms)
      if (ms > SOON_MS) timer.unref()
      return () => clearTimeout(timer)
    },
  },
  onProblem: (error: unknown) => tell({ type: 'problem', life, error: String(error) }),
  onRecovered: () => tell({ type: 'recovered', life }),
  onSealed: () => tell({ type: 'sealed' }),
  onHidden: (from: number, to: number) => tell({ type: 'hidden', life, from, to }),
})

const optionsOf = (life: string, { cols, rows, title, secrets }: RecordedBeginning): RecorderOptions => ({
  ...portsOf(life),
  size: { cols, rows },
  title,
  secrets,
})

async function adopt(life: string, beginning: RecordedBeginning): Promise<Recorder> {
  const options = optionsOf(life, beginning)
  const recorder = await continueRecording(options)
  // Only read here; the observer writes it.
  await recorder.catchUp(await openOutputLog(join(logsDir, life), options.onProblem))
  recorder.resize(beginning.cols, beginning.rows)
  return recorder
}

/** Lives whose last part is being sealed. */
const finishing = new Set<string>()

async function once(life: string, work: () => Promise<void>): Promise<void> {
  if (finishing.has(life)) return
  finishing.add(life)
  await work().finally(() => finishing.delete(life))
}

/** Values that must not be kept of a life that is recorded. */
const known = new Map<string, readonly string[]>()

async function finish(life: string, end: number): Promise<void> {
  const recorder = await recorders.get(life)
  recorders.delete(life)
  await recorder?.finish(end)
  const secrets = known.get(life) ?? []
  known.delete(life)
  if (recorder?.missedAny()) await lookThroughLog(life, secrets)
}

/** Finds what is secret in output that nobody recorded. */
async function lookThroughLog(life: string, secrets: readonly string[]): Promise<void> {
  const { onProblem, onHidden } = portsOf(life)
  await findInLog(await openOutputLog(join(logsDir, life), onProblem), secrets, onHidden)
}

const reported = (life: string, work: Promise<unknown>): void =>
  void work.catch((error: unknown) => tell({ type: 'problem', life, error: String(error) }))

function withRecorder(life: string, use: (recorder: Recorder) => void): void {
  // One that could not be had was told when it was asked for.
  recorders.get(life)?.then(use, () => undefined)
}

port.on('message', (message: ToRecorder) => {
  switch (message.type) {
    case 'begin':
      known.set(message.life, message.beginning.secrets)
      recorders.set(message.life, Promise.resolve(beginRecording(optionsOf(message.life, message.beginning))))
      return
    case 'adopt': {
      known.set(message.life, message.beginning.secrets)
      const adopting = adopt(message.life, message.beginning)
      recorders.set(message.life, adopting)
      return reported(message.life, adopting)
    }
    case 'output':
      withRecorder(message.life, (recorder) => recorder.output(message.offset, message.data))
      return tell({ type: 'taken', bytes: message.data.length })
    case 'input':
      return withRecorder(message.life, (recorder) => recorder.input(message.data))
    case 'resize':
      return withRecorder(message.life, (recorder) => recorder.resize(message.cols, message.rows))
    case 'mark':
      return withRecorder(message.life, (recorder) => recorder.mark(message.kind, message.label))
    case 'finish':
      return reported(
        message.life,
        once(message.life, () => finish(message.life, message.end)),
      )
    case 'finishLeft': {
      const { life, end, ending } = message
      if (recorders.has(life)) return
      return reported(
        life,
        once(life, async () => {
          await finishLeft(portsOf(life), end, ending)
          // By their looks alone: its own are not known any more.
          await lookThroughLog(life, [])
        }),
      )
    }
    case 'stop':
      // What is under way is finished before the thread ends.
      port.close()
  }
})

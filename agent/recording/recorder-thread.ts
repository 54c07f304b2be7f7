import { Worker } from 'node:worker_threads'
import type { Recorder } from './recorder'
import type { FromRecorder, RecordedBeginning, RecorderDirectories, ToRecorder } from './recorder-messages'

/** Output that is on its way to the thread at most; what comes when there is more is a gap in its recording. */
const MAX_ON_THE_WAY_BYTES = 16 * 1024 * 1024

/** Records one life. Nothing here waits, and nothing fails. */
export interface LifeRecorder extends Pick<Recorder, 'output' | 'resize' | 'mark'> {
  finish(end: number): void
}

/** Records lives, in a thread of its own: redaction and compression take no time from screens. */
export interface Recorders {
  begin(life: string, beginning: RecordedBeginning): LifeRecorder
  /** Goes on with a life that an earlier observer recorded. */
  adopt(life: string, beginning: RecordedBeginning): LifeRecorder
  /** Ends the recording that somebody left of a life, with a marker `ending`; nothing where it has ended already. */
  finishLeft(life: string, end: number, ending: string | null): void
  /** Nothing follows; what was given is still written before the process ends. */
  stop(): void
}

export interface RecorderThreadOptions extends RecorderDirectories {
  script: URL
  /** A part of a recording was completed. */
  onSealed(): void
  onProblem(message: string, error: unknown): void
}

/** Starts the thread. Where it fails, the observer ends, and the next one goes on from what is on the disk. */
export function startRecorderThread({ script, onSealed, onProblem, ...directories }: RecorderThreadOptions): Recorders {
  const worker = new Worker(script, { workerData: directories })
  let onTheWay = 0
  worker.on('error', (error) => {
    throw error
  })
  worker.on('message', (message: FromRecorder) => {
    if (message.type === 'taken') onTheWay -= message.bytes
    else if (message.type === 'sealed') onSealed()
    else onProblem(`the recording of ${message.life} cannot be written`, message.error)
  })
  const tell = (message: ToRecorder, transferred: ArrayBuffer[] = []): void => worker.postMessage(message, transferred)

  const recorderOf = (life: string): LifeRecorder => ({
    output(offset, data) {
      if (onTheWay > MAX_ON_THE_WAY_BYTES) return
      onTheWay += data.length
      // A copy of just these bytes: they lie in a buffer that others read.
      const copy = new Uint8Array(data)
      tell({ type: 'output', life, offset, data: copy }, [copy.buffer])
    },
    resize: (cols, rows) => tell({ type: 'resize', life, cols, rows }),
    mark: (kind, label) => tell({ type: 'mark', life, kind, label }),
    finish: (end) => tell({ type: 'finish', life, end }),
  })

  return {
    begin(life, beginning) {
      tell({ type: 'begin', life, beginning })
      return recorderOf(life)
    },
    adopt(life, beginning) {
      tell({ type: 'adopt', life, beginning })
      return recorderOf(life)
    },
    finishLeft: (life, end, ending) => tell({ type: 'finishLeft', life, end, ending }),
    stop: () => tell({ type: 'stop' }),
  }
}

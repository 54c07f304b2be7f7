import { Worker } from 'node:worker_threads'
import type { Recorder } from './recorder'
import type { FromRecorder, RecordedBeginning, RecorderDirectories, ToRecorder } from './recorder-messages'

/** Output that is on its way to the thread at most; what comes when there is more is a gap in its recording. */
const MAX_ON_THE_WAY_BYTES = 16 * 1024 * 1024
/** After a message, what comes within so long goes with the next: each wakes the thread. */
const GATHER_MS = 10
const GATHERED_BYTES = 512 * 1024

/** Records one life. Nothing here waits, and nothing fails. */
export interface LifeRecorder extends Pick<Recorder, 'output' | 'input' | 'resize' | 'mark'> {
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
  /** Between these offsets of a life's output something is secret. */
  onHidden(life: string, from: number, to: number): void
  onProblem(message: string, error: unknown): void
  /** Why recordings of lives that go on cannot be written; null once all can. */
  onRefused(reason: string | null): void
}

/** Starts the thread. Where it fails, the observer ends, and the next one goes on from what is on the disk. */
export function startRecorderThread({
  script,
  onSealed,
  onHidden,
  onProblem,
  onRefused,
  ...directories
}: RecorderThreadOptions): Recorders {
  const worker = new Worker(script, { workerData: directories })
  let onTheWay = 0
  /** Lives whose recording cannot be written, and why. */
  const refused = new Map<string, string>()
  let toldReason: string | null = null

  function judgeRefused(): void {
    const [reason = null] = refused.values()
    if ((reason === null) !== (toldReason === null)) onRefused(reason)
    toldReason = reason
  }
  function writable(life: string): void {
    if (refused.delete(life)) judgeRefused()
  }
  worker.on('error', (error) => {
    throw error
  })
  worker.on('message', (message: FromRecorder) => {
    if (message.type === 'taken') onTheWay -= message.bytes
    else if (message.type === 'sealed') onSealed()
    else if (message.type === 'hidden') onHidden(message.life, message.from, message.to)
    else if (message.type === 'recovered') writable(message.life)
    else {
      onProblem(`the recording of ${message.life} cannot be written`, message.error)
      refused.set(message.life, message.error)
      judgeRefused()
    }
  })
  const tell = (message: ToRecorder, transferred: ArrayBuffer[] = []): void => worker.postMessage(message, transferred)

  /** What gathers for each life. */
  const gathering = new Set<() => boolean>()

  const recorderOf = (life: string): LifeRecorder => {
    let parts: Uint8Array[] = []
    let bytes = 0
    let from = 0
    let timer: NodeJS.Timeout | null = null

    /** Sends what has gathered; whether there was something. */
    function flush(): boolean {
      if (timer !== null) clearTimeout(timer)
      timer = null
      gathering.delete(flush)
      if (bytes === 0) return false
      // A copy of just these bytes: they lie in buffers that others read.
      const data = new Uint8Array(bytes)
      let at = 0
      for (const part of parts) {
        data.set(part, at)
        at += part.length
      }
      parts = []
      bytes = 0
      tell({ type: 'output', life, offset: from, data }, [data.buffer])
      return true
    }
    function sendAndRest(): void {
      if (!flush()) return
      timer = setTimeout(sendAndRest, GATHER_MS)
      gathering.add(flush)
    }
    const after = (message: ToRecorder): void => {
      flush()
      tell(message)
    }

    return {
      output(offset, data) {
        if (onTheWay > MAX_ON_THE_WAY_BYTES) return
        if (offset !== from + bytes) flush()
        if (bytes === 0) from = offset
        parts.push(data)
        bytes += data.length
        onTheWay += data.length
        if (timer === null || bytes >= GATHERED_BYTES) sendAndRest()
      },
      input: (data) => after({ type: 'input', life, data: new Uint8Array(data) }),
      resize: (cols, rows) => after({ type: 'resize', life, cols, rows }),
      mark: (kind, label) => after({ type: 'mark', life, kind, label }),
      finish(end) {
        after({ type: 'finish', life, end })
        writable(life)
      },
    }
  }

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
    stop() {
      for (const flush of [...gathering]) flush()
      tell({ type: 'stop' })
    },
  }
}

import { ack } from '@/contracts/agent-protocol/messages'
import {
  MAX_CURSOR_PATHS,
  type TranscriptBatch,
  transcriptBatchReply,
  transcriptCursorsReply,
} from '@/contracts/agent-protocol/transcript'
import type { RedactText } from '@/contracts/redaction/redact-text'
import { openBelow } from '../place/open-below'
import { type Cursor, mayHaveMore, startOf } from './cursor'
import { identifyFile, inodeOf } from './identify-file'
import { type ReadState, readBatch, resumeAt } from './read-batch'
import type { FoundTranscript } from './scan-roots'
import type { Tell } from './tell-daemon'

/** Files read at the same time: one of history leaves the other way free for what is live. */
const PARALLEL_FILES = 2
/** Wait before the daemon is asked again after it could not be told. */
const RETRY_MS = 1_000
/** What the daemon cannot take again and again is told ever more seldom, up to this: all else goes on in between. */
const LONGEST_REST_MS = 60_000
/** The daemon will not take the batch however often it is told: the file waits until it changes. */
const FINAL_REFUSALS = new Set(['invalid_input', 'not_found'])

/** What is known of one file. */
interface Known {
  found: FoundTranscript
  /** Undefined until the daemon was asked. */
  cursor: Cursor | null | undefined
  /** Where the last read ended, as long as the daemon agrees. */
  state: ReadState | null
  wanted: boolean
  busy: boolean
  /** How often in a row the daemon could not take what it says, and until when it is left alone. Unix milliseconds. */
  failures: number
  restsUntil: number
}

/** Brings what is in transcripts to the daemon, each file in order and once, the most recently written first. */
export interface Feed {
  /** These are there now, new or changed or the same. */
  seen(found: readonly FoundTranscript[]): void
  /** It is not there any more. */
  gone(path: string): void
  /** The daemon can be told again, and may have forgotten or learned things meanwhile. */
  connected(): void
  /** Asks the daemon again how far it has taken some of the files: it may have been told to read them anew. */
  recheck(): void
  /** Files that are known. */
  paths(): Iterable<string>
}

/** No files. What is told is without secrets. */
export function createFeed(
  tell: Tell,
  redact: RedactText,
  onProblem: (message: string, detail: unknown) => void,
  /** Unix milliseconds. */
  now: () => number,
): Feed {
  const files = new Map<string, Known>()
  const missing = new Set<string>()
  let working = 0
  let asking = false
  let tellingMissing = false
  /** Until then nothing is told: the daemon is away. */
  let paused: NodeJS.Timeout | null = null
  let recheckFrom = 0

  const pause = (): void => {
    paused ??= setTimeout(go, RETRY_MS)
  }

  function go(): void {
    if (paused !== null) clearTimeout(paused)
    paused = null
    void askCursors()
    void tellMissing()
    work()
  }

  const due = (known: Known): boolean =>
    known.cursor !== undefined &&
    known.wanted &&
    !known.busy &&
    known.restsUntil <= now() &&
    mayHaveMore(known.cursor, known.found)

  function work(): void {
    while (paused === null && working < PARALLEL_FILES) {
      let next: Known | null = null
      for (const known of files.values()) {
        if (due(known) && known.found.writtenAt > (next?.found.writtenAt ?? -1)) next = known
      }
      if (next === null) return
      void workOn(next)
    }
  }

  async function workOn(known: Known): Promise<void> {
    working += 1
    known.busy = true
    known.wanted = false
    try {
      if (await readOn(known)) known.wanted = true
    } catch (error) {
      // It was deleted under our hands, or cannot be read: the next look at it says more.
      onProblem('a transcript cannot be read', error)
    } finally {
      known.busy = false
      working -= 1
      work()
    }
  }

  /** Reads and tells one batch. True when it should be looked at again at once. */
  async function readOn(known: Known): Promise<boolean> {
    const handle = await openBelow(known.found)
    try {
      const stats = await handle.stat({ bigint: true })
      const file = await identifyFile(handle, known.found, inodeOf(stats))
      if (file === null) return false
      const offset = startOf(known.cursor ?? null, { fileId: file.fileId, size: Number(stats.size) })
      const isSameFile = known.cursor?.fileId === file.fileId
      const state = isSameFile && known.state?.offset === offset ? known.state : await resumeAt(handle, file, offset)
      const { batch, next } = await readBatch(handle, file, state, Number(stats.mtimeMs), redact)
      if (batch.to === batch.from) return false
      return await tellBatch(known, batch, next)
    } finally {
      await handle.close()
    }
  }

  async function tellBatch(known: Known, batch: TranscriptBatch, next: ReadState): Promise<boolean> {
    const reply = await tell({ event: 'transcriptBatch', message: batch }, transcriptBatchReply)
    if (reply?.ok) {
      known.failures = 0
      known.cursor = { fileId: batch.file.fileId, offset: reply.offset }
      known.state = reply.offset === next.offset ? next : null
      return true
    }
    if (reply !== null && FINAL_REFUSALS.has(reply.code)) {
      onProblem('the daemon does not take what a transcript says', `${batch.file.path}: ${reply.error}`)
      return false
    }
    if (reply !== null) {
      // The first time it may be the daemon's trouble and not the file's.
      known.failures += 1
      if (known.failures > 1) known.restsUntil = now() + Math.min(RETRY_MS * 2 ** known.failures, LONGEST_REST_MS)
    }
    pause()
    return true
  }

  async function askCursors(): Promise<void> {
    if (asking || paused !== null) return
    asking = true
    for (;;) {
      const unknown = [...files.values()].filter(({ cursor, busy }) => cursor === undefined && !busy)
      // What was written last is what somebody waits for.
      const paths = unknown
        .sort((a, b) => b.found.writtenAt - a.found.writtenAt)
        .slice(0, MAX_CURSOR_PATHS)
        .map(({ found }) => found.path)
      if (paths.length === 0) break
      const reply = await tell({ event: 'transcriptCursors', message: { paths } }, transcriptCursorsReply)
      if (!reply?.ok) {
        pause()
        break
      }
      const cursors = new Map(reply.cursors.map(({ path, fileId, offset }) => [path, { fileId, offset }]))
      for (const path of paths) {
        const known = files.get(path)
        if (known) known.cursor = cursors.get(path) ?? null
      }
      work()
    }
    asking = false
  }

  async function tellMissing(): Promise<void> {
    if (tellingMissing || paused !== null) return
    tellingMissing = true
    for (const path of missing) {
      const reply = await tell({ event: 'transcriptMissing', message: { path } }, ack)
      if (reply === null || (!reply.ok && !FINAL_REFUSALS.has(reply.code))) {
        pause()
        break
      }
      missing.delete(path)
    }
    tellingMissing = false
  }

  return {
    seen(found) {
      for (const file of found) {
        const known = files.get(file.path)
        missing.delete(file.path)
        if (known === undefined) {
          const known = { cursor: undefined, state: null, wanted: true, busy: false, failures: 0, restsUntil: 0 }
          files.set(file.path, { found: file, ...known })
          continue
        }
        const { size, writtenAt, inode } = known.found
        if (size !== file.size || writtenAt !== file.writtenAt || inode !== file.inode) known.wanted = true
        known.found = file
      }
      void askCursors()
      work()
    },
    gone(path) {
      files.delete(path)
      missing.add(path)
      void tellMissing()
    },
    connected() {
      for (const known of files.values()) {
        known.cursor = undefined
        known.wanted = true
      }
      go()
    },
    recheck() {
      const all = [...files.values()]
      if (recheckFrom >= all.length) recheckFrom = 0
      for (const known of all.slice(recheckFrom, recheckFrom + MAX_CURSOR_PATHS)) {
        if (known.busy) continue
        known.cursor = undefined
        known.wanted = true
      }
      recheckFrom += MAX_CURSOR_PATHS
      void askCursors()
    },
    paths: () => files.keys(),
  }
}

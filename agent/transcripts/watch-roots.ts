import { type FSWatcher, watch } from 'node:fs'
import { formatOf } from './formats'
import { type FoundTranscript, findTranscript, scanRoot } from './scan-roots'
import { keyOfRoot, type TranscriptRoot } from './transcript-roots'

/** Behind the system's own notices, which some file systems do not give: everything, and what was written lately. */
const SCAN_EVERY_MS = 5_000
const LOOK_EVERY_MS = 500
/** A file written within this is looked at often; at most so many are. */
const LIVE_FOR_MS = 5 * 60_000
const MAX_LIVE_FILES = 64
/** A scan of very many files takes its time: no more than this share of it. */
const SCAN_SHARE = 0.1

export interface RootWatcher {
  /** Watches these configuration directories besides those it watches. */
  add(roots: readonly TranscriptRoot[]): void
  stop(): void
}

export interface RootWatcherEvents {
  found(transcripts: readonly FoundTranscript[]): void
  /** All there is now, of all roots. */
  scanned(transcripts: readonly FoundTranscript[]): void
  onProblem(message: string, detail: unknown): void
}

/** Looks at the transcripts below some directories for as long as it runs. */
export function watchRoots(events: RootWatcherEvents, now: () => number): RootWatcher {
  const watched = new Map<string, { root: TranscriptRoot; watcher: FSWatcher | null }>()
  let live: FoundTranscript[] = []
  let scanTimer: NodeJS.Timeout | null = null
  let isScanning = false
  let scanAgain = false
  let restUntil = 0
  let stopped = false

  async function scan(): Promise<void> {
    if (isScanning) {
      scanAgain = true
      return
    }
    isScanning = true
    scanAgain = false
    const begun = now()
    const found: FoundTranscript[] = []
    for (const { root, watcher } of watched.values()) {
      if (watcher === null) listen(root)
      found.push(...(await scanRoot(root)))
    }
    isScanning = false
    if (stopped) return
    restUntil = now() + (now() - begun) / SCAN_SHARE
    live = found
      .filter(({ writtenAt }) => writtenAt > now() - LIVE_FOR_MS)
      .sort((a, b) => b.writtenAt - a.writtenAt)
      .slice(0, MAX_LIVE_FILES)
    events.scanned(found)
    scanIn(scanAgain ? 0 : SCAN_EVERY_MS)
  }

  function scanIn(ms: number): void {
    if (scanTimer !== null) clearTimeout(scanTimer)
    scanTimer = setTimeout(() => void scan(), Math.max(ms, restUntil - now()))
  }

  async function look(relative: string | null, { provider, path }: TranscriptRoot): Promise<void> {
    const format = formatOf(provider)
    const name = relative === null ? null : format.name(format.directory(path), relative)
    const found = name === null ? null : await findTranscript(path, name)
    if (stopped) return
    if (found === null) return scanIn(0)
    events.found([found])
    if (!live.some((known) => known.path === found.path)) live = [found, ...live].slice(0, MAX_LIVE_FILES)
  }

  function listen(root: TranscriptRoot): void {
    const key = keyOfRoot(root)
    try {
      const directory = formatOf(root.provider).directory(root.path)
      const watcher = watch(directory, { recursive: true }, (_event, relative) => void look(relative, root))
      watched.set(key, { root, watcher })
      watcher.on('error', (error) => {
        events.onProblem('transcripts are not told of by the system; they are looked at every few seconds', error)
        watcher.close()
        watched.set(key, { root, watcher: null })
      })
    } catch {
      // There is no such directory yet, or the system has no watches left: the next scan tries again.
      watched.set(key, { root, watcher: null })
    }
  }

  const looking = setInterval(() => {
    void Promise.all(live.map((known) => findTranscript(known.root, known))).then((found) => {
      if (!stopped) events.found(found.flatMap((transcript) => transcript ?? []))
    })
  }, LOOK_EVERY_MS)

  return {
    add(roots) {
      for (const root of roots) {
        const key = keyOfRoot(root)
        if (!watched.has(key)) watched.set(key, { root, watcher: null })
      }
      scanIn(0)
    },
    stop() {
      stopped = true
      clearInterval(looking)
      if (scanTimer !== null) clearTimeout(scanTimer)
      for (const { watcher } of watched.values()) watcher?.close()
    },
  }
}

import { type FSWatcher, watch } from 'node:fs'
import { basename, dirname } from 'node:path'
import type { FileBelow } from '../place/open-below'
import { readSmallBelow } from '../place/read-small'

/** Behind the notifications, which some file systems lack; also how soon a directory that is made later is noticed. */
const POLL_MS = 2_000
/** A file about one process: what is longer is something else. */
const MAX_BYTES = 64 * 1024

/** Calls back with a file's text: now, when it has changed, and when it appears. Returns what ends that. */
export type WatchFile = (file: FileBelow, onText: (text: string) => void) => () => void

/** The text of a program's own file; null when it is absent, refused or not small. */
export const readOwnFile = (file: FileBelow): Promise<string | null> => readSmallBelow(file, MAX_BYTES)

/** Watches files by their directories, of which each is watched once however many files of it are. */
export function createFileWatcher(pollMs = POLL_MS): WatchFile {
  const directories = new Map<string, { watcher: FSWatcher; names: Map<string, Set<() => void>> }>()

  function listen(path: string, onChange: () => void): (() => void) | null {
    const directory = dirname(path)
    let entry = directories.get(directory)
    if (entry === undefined) {
      const names = new Map<string, Set<() => void>>()
      try {
        const watcher = watch(directory, { persistent: false }, (_, name) => {
          for (const tell of names.get(name ?? '') ?? []) tell()
        })
        // It is gone, or the system has no watch left: the poll remains.
        watcher.on('error', () => watcher.close())
        entry = { watcher, names }
      } catch {
        return null
      }
      directories.set(directory, entry)
    }
    const { watcher, names } = entry
    const name = basename(path)
    const listeners = names.get(name) ?? new Set()
    names.set(name, listeners.add(onChange))
    return () => {
      listeners.delete(onChange)
      if (listeners.size === 0) names.delete(name)
      if (names.size > 0) return
      watcher.close()
      directories.delete(directory)
    }
  }

  return (file, onText) => {
    let last: string | null = null
    let ended = false
    const look = (): void => {
      void readOwnFile(file).then((text) => {
        if (ended || text === null || text === last) return
        last = text
        onText(text)
      })
    }
    let unlisten = listen(file.path, look)
    const timer = setInterval(() => {
      unlisten ??= listen(file.path, look)
      look()
    }, pollMs)
    timer.unref()
    look()
    return () => {
      ended = true
      clearInterval(timer)
      unlisten?.()
    }
  }
}

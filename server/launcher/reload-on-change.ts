import { type FSWatcher, watch } from 'node:fs'

/** esbuild writes a bundle and its map; one restart for both. */
const SETTLE_MS = 150

/** Calls `onChange` with the name of each file of `names` in `directory` after it was rewritten. Returns how to stop. */
export function reloadOnChange(
  directory: string,
  names: readonly string[],
  onChange: (name: string) => void,
): () => void {
  const timers = new Map<string, NodeJS.Timeout>()
  const watcher: FSWatcher = watch(directory, (_event, file) => {
    if (file === null || !names.includes(file)) return
    clearTimeout(timers.get(file))
    timers.set(
      file,
      setTimeout(() => onChange(file), SETTLE_MS),
    )
  })
  return () => {
    watcher.close()
    for (const timer of timers.values()) clearTimeout(timer)
  }
}

/** Something that stays open for a while. */
interface Open {
  /** It was over before anybody counted it: no `close` follows. */
  readonly destroyed?: boolean
  once(event: 'close', listener: () => void): unknown
}

/** Admits up to `max` open things of each key (a user, an address) at a time; answers whether this one is admitted. */
export function createOpenPerKey(max: number): (key: string, opened: Open) => boolean {
  const counts = new Map<string, number>()
  return (key, opened) => {
    if (opened.destroyed) return false
    const count = counts.get(key) ?? 0
    if (count >= max) return false
    counts.set(key, count + 1)
    opened.once('close', () => {
      const left = (counts.get(key) ?? 1) - 1
      if (left > 0) counts.set(key, left)
      else counts.delete(key)
    })
    return true
  }
}

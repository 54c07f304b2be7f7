/** Something that stays open for a while. */
interface Open {
  once(event: 'close', listener: () => void): unknown
}

/** Admits up to `max` open things of each user at a time; answers whether this one is admitted. */
export function createOpenPerUser(max: number): (userId: string, opened: Open) => boolean {
  const counts = new Map<string, number>()
  return (userId, opened) => {
    const count = counts.get(userId) ?? 0
    if (count >= max) return false
    counts.set(userId, count + 1)
    opened.once('close', () => {
      const left = (counts.get(userId) ?? 1) - 1
      if (left > 0) counts.set(userId, left)
      else counts.delete(userId)
    })
    return true
  }
}

/** Notes when messages arrive. */
export function createArrivals() {
  const waiting = new Map<string, (at: number) => void>()
  let total = 0
  let onTotal: { count: number; resolve(): void } | null = null
  return {
    /** Called for each message; a second delivery of the same id counts once for `expect`. */
    seen: (id: string): void => {
      total += 1
      waiting.get(id)?.(performance.now())
      waiting.delete(id)
      if (onTotal && total >= onTotal.count) {
        onTotal.resolve()
        onTotal = null
      }
    },
    /** Resolves with the moment the message arrives. */
    expect: (id: string): Promise<number> => new Promise((resolve) => waiting.set(id, resolve)),
    /** How many arrived so far. */
    total: (): number => total,
    /** Resolves when that many more have arrived. */
    more: (count: number): Promise<void> =>
      new Promise((resolve) => {
        onTotal = { count: total + count, resolve }
      }),
  }
}

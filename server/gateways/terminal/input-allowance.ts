/**
 * What one connection may type at once, and from then on each second. A paste of 10 MB passes without waiting; a client that
 * sends without end is slowed to what no program reads faster anyhow.
 */
export const INPUT_BURST_BYTES = 16 * 1024 * 1024
export const INPUT_BYTES_PER_S = 4 * 1024 * 1024
/** What the smallest message counts: handling it costs, however little is in it. */
const MESSAGE_BYTES = 256

/** How much of its allowance a connection has left. */
export interface InputAllowance {
  /** Takes room for a message and returns 0, or takes nothing and returns after how many ms there is room for it. */
  take(bytes: number): number
}

/** A token bucket over a monotonic clock. */
export function createInputAllowance(nowMs: () => number): InputAllowance {
  let left = INPUT_BURST_BYTES
  let at = nowMs()
  return {
    take: (bytes) => {
      const now = nowMs()
      left = Math.min(INPUT_BURST_BYTES, left + ((now - at) / 1000) * INPUT_BYTES_PER_S)
      at = now
      const cost = Math.max(bytes, MESSAGE_BYTES)
      if (cost <= left) {
        left -= cost
        return 0
      }
      return Math.ceil(((cost - left) / INPUT_BYTES_PER_S) * 1000)
    },
  }
}

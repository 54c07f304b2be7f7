/** Runs something once, later, and gives what calls it off. */
export type After = (ms: number, action: () => void) => () => void

/** A timer that keeps no process alive. */
export const quietTimer: After = (ms, action) => {
  const timer = setTimeout(action, ms).unref()
  return () => clearTimeout(timer)
}

/** xterm.js needs a document and is large: it comes after the first page, not with it. */
export const loadTerminal = () => import('./open-terminal')

/** Fetches the terminal's code once the browser has nothing better to do, so that opening one need not wait for it. */
export function preloadTerminal(): () => void {
  // A failed preload is no failure: opening a terminal tries again and reports.
  const load = () => void loadTerminal().catch(() => {})
  // Safari has no idle callback.
  if (typeof requestIdleCallback === 'undefined') {
    const timer = setTimeout(load, 1000)
    return () => clearTimeout(timer)
  }
  const idle = requestIdleCallback(load)
  return () => cancelIdleCallback(idle)
}

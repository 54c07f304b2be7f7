const PATIENCE_MS = 2_000

/** Whether anything answers HTTP there, and soon. */
export const answers = (url: string): Promise<boolean> =>
  fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS) }).then(
    () => true,
    () => false,
  )

/** A Ctrl-C comes twice through npm: from the terminal and passed on by npm. Only later ones mean impatience. */
const SAME_SIGNAL_MS = 700

/** How a stop is wanted. */
export interface StopRequest {
  stopRunners: boolean
}

/** The wish to stop: comes once, from a signal or from inside. */
export interface StopSignal {
  /** Resolves when a stop is asked for. */
  readonly requested: Promise<StopRequest>
  readonly isRequested: () => boolean
  request(request: StopRequest): void
}

/**
 * Makes the wish. Asked again after a moment, `onImpatience` is called. `monotonicMs` is the time, injected.
 */
export function createStopSignal(onImpatience: () => void, monotonicMs = () => performance.now()): StopSignal {
  let requestedAt: number | undefined
  let resolveRequested: (request: StopRequest) => void = () => undefined
  const requested = new Promise<StopRequest>((resolve) => {
    resolveRequested = resolve
  })
  return {
    requested,
    isRequested: () => requestedAt !== undefined,
    request(request) {
      if (requestedAt === undefined) {
        requestedAt = monotonicMs()
        resolveRequested(request)
      } else if (monotonicMs() - requestedAt > SAME_SIGNAL_MS) onImpatience()
    },
  }
}

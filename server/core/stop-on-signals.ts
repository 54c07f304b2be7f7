import type { StopRequest, StopSignal } from './stop-signal'

export interface StopOnSignals {
  stopSignal: StopSignal
  stop(request: StopRequest): Promise<void>
  /** Longest that a stop may take, milliseconds; what is not done by then is left to the rows. */
  deadlineMs(request: StopRequest): number
  onProblem(message: string, error?: unknown): void
}

/** Ends this process in order once it is asked to: exit code 0, or 1 when that failed or took too long. */
export function stopOnSignals({ stopSignal, stop, deadlineMs, onProblem }: StopOnSignals): void {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => stopSignal.request({ stopRunners: false }))
  }
  // The launcher is gone: nobody would restart us, and the next one starts its own.
  process.on('disconnect', () => {
    if (!stopSignal.isRequested()) stopSignal.request({ stopRunners: false })
  })
  void stopSignal.requested.then(async (request) => {
    exitIn(deadlineMs(request), () => onProblem('stopping took too long'))
    try {
      await stop(request)
      process.exit(0)
    } catch (error) {
      onProblem('stopping failed', error)
      process.exit(1)
    }
  })
}

/** Exits with code 1 after that long, should this process still be there. */
export function exitIn(ms: number, before: () => void): void {
  setTimeout(() => {
    before()
    process.exit(1)
  }, ms).unref()
}

import { type Hold, type HoldToShareOptions, holdToShare } from './hold-to-share'

/** What a runner's tree may use of the CPU; nothing is held at first. */
export interface CpuLimit {
  /** 100 is one core; null while it may use as much as it likes. */
  percent(): number | null
  set(percent: number | null): void
  /** From now on the tree's processes are stopped and continued by the caller alone. Resolves once none stands still. */
  suspend(): Promise<void>
  resume(): void
  /** For good. Resolves once nothing stands still. */
  end(): Promise<void>
}

/** No limit yet. */
export function createCpuLimit(options: HoldToShareOptions): CpuLimit {
  let percent: number | null = null
  let suspended = false
  let ended = false
  let hold: Hold | null = null
  let lifting: Promise<void> = Promise.resolve()

  function follow(): void {
    if (percent !== null && !suspended && !ended) {
      hold?.setPercent(percent)
      hold ??= holdToShare(options, percent, lifting)
    } else if (hold !== null) {
      lifting = hold.lift()
      hold = null
    }
  }

  return {
    percent: () => (ended ? null : percent),
    set(next) {
      percent = next
      follow()
    },
    async suspend() {
      suspended = true
      follow()
      await lifting
    },
    resume() {
      suspended = false
      follow()
    },
    async end() {
      ended = true
      follow()
      await lifting
    },
  }
}

import type { TerminalSize } from '@/contracts/terminal/terminal'

const isSame = (one: TerminalSize, other: TerminalSize): boolean => one.cols === other.cols && one.rows === other.rows

/**
 * The size of one runner's PTY. The agent tells a new one in its place among the output, which may be long after it was
 * asked for it: what is wanted next is held against what was asked for, not against what was told last.
 */
export function createPtySize(
  begin: TerminalSize,
  ask: (size: TerminalSize) => Promise<void>,
  onFailure: (error: unknown) => void,
) {
  let told = begin
  let aimed: TerminalSize | null = null
  return {
    /** What comes now is drawn for it. */
    told: (): TerminalSize => told,
    tell(size: TerminalSize): void {
      told = size
      if (aimed && isSame(aimed, size)) aimed = null
    },
    /** Asks the agent for this size, unless the PTY has it or is about to. */
    want(size: TerminalSize): void {
      if (isSame(size, aimed ?? told)) return
      const wanted = { ...size }
      aimed = wanted
      ask(wanted).catch((error: unknown) => {
        if (aimed === wanted) aimed = null
        onFailure(error)
      })
    },
    /** What was asked for is not to be expected any more. */
    forgetAsked(): void {
      aimed = null
    },
  }
}

/** O2: checks that the numbers a generator prints, one a line, come each once and in order. */
export interface NumberedOutput {
  take(data: Uint8Array): void
  /** The stream begins anew with what a snapshot shows: numbers before it may be missing, none comes again. */
  restart(): void
  /** The newest complete number. */
  last(): number
  /** Numbers that followed on the one before. */
  count(): number
  /** What was wrong, first to last, bounded. */
  faults(): readonly string[]
}

const MAX_FAULTS = 5

export function createNumberedOutput(): NumberedOutput {
  let rest = ''
  let last = 0
  let count = 0
  /** The first line after a snapshot may be the end of one. */
  let isCut = true
  /** The next number may be any later one. */
  let hasGap = true
  const faults: string[] = []

  function takeLine(line: string): void {
    const wasCut = isCut
    isCut = false
    if (wasCut || !/^\d+$/.test(line)) return
    const value = Number(line)
    const follows = hasGap ? value > last : value === last + 1
    if (!follows && faults.length < MAX_FAULTS) faults.push(`${last} then ${value}`)
    hasGap = false
    last = value
    count += 1
  }

  return {
    take(data) {
      const lines = (rest + Buffer.from(data).toString('latin1')).split(/\r?\n/)
      rest = lines.pop() ?? ''
      for (const line of lines) takeLine(line)
    },
    restart() {
      rest = ''
      isCut = true
      hasGap = true
    },
    last: () => last,
    count: () => count,
    faults: () => faults,
  }
}

/** Column at which the times stand; the same as in the lines of the build before. */
const LABEL_WIDTH = 46

const duration = (ms: number): string => (ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`)

/** Where the launcher talks to people. */
export interface Console {
  out(text: string): void
  error(text: string): void
}

/** One start-up step: runs `work`, then prints its line with the time it took and the detail it returned. */
export async function startStep<T>(
  terminal: Console,
  label: string,
  work: () => Promise<T>,
  detail: (result: T) => string = () => '',
): Promise<T> {
  const startedAt = performance.now()
  const print = (mark: string, text: string): void => {
    const time = duration(performance.now() - startedAt).padStart(8)
    terminal.out(`  ${mark} ${label.padEnd(LABEL_WIDTH)} ${time}${text === '' ? '' : `  ${text}`}\n`)
  }
  try {
    const result = await work()
    print('✓', detail(result))
    return result
  } catch (error) {
    print('✗', '')
    throw error
  }
}

import { expect, type Locator, type Page } from '@playwright/test'

/** The terminal of the runner page, read and used as a person does: the rows drawn, and real keys. */
export interface TerminalView {
  root: Locator
  /** Text of the rows drawn now, without trailing blanks. */
  rows(): Promise<string[]>
  text(): Promise<string>
  /** Waits until the rows drawn match. */
  sees(part: string | RegExp, timeoutMs?: number): Promise<void>
  /** Waits until it is attached. */
  attached(role?: 'driver' | 'viewer'): Promise<void>
  /** Types a line with real keys, and Enter. */
  enter(line: string): Promise<void>
  /** Rows as drawn, with the colours of every piece of text: two equal ones look the same. */
  picture(): Promise<unknown>
}

/** The one terminal on the page. */
export function terminalOf(page: Page): TerminalView {
  const root = page.getByRole('region', { name: 'Terminal' })
  const rowLocator = root.locator('.xterm-rows > div')
  const rows = async () => {
    const drawn = await rowLocator.allTextContents()
    const trimmed = drawn.map((row) => row.replaceAll('\u00a0', ' ').trimEnd())
    return trimmed.slice(0, trimmed.findLastIndex((row) => row !== '') + 1)
  }
  const text = async () => (await rows()).join('\n')
  return {
    root,
    rows,
    text,
    async sees(part, timeout) {
      const poll = expect.poll(text, { intervals: [50, 100, 100, 250], ...(timeout === undefined ? {} : { timeout }) })
      await (typeof part === 'string' ? poll.toContain(part) : poll.toMatch(part))
    },
    async attached(role) {
      await expect(root).toHaveAttribute('data-phase', 'attached', { timeout: 30_000 })
      if (role) await expect(root).toHaveAttribute('data-role', role)
    },
    async enter(line) {
      await page.keyboard.type(line)
      await page.keyboard.press('Enter')
    },
    picture: () =>
      rowLocator.evaluateAll((drawn) =>
        drawn.map((row) =>
          [...row.querySelectorAll('span')]
            // The cursor looks different with and without the focus; where it is, is in the text's last row.
            .filter((span) => !span.classList.contains('xterm-cursor'))
            .map((span) => {
              const { color, backgroundColor, fontWeight } = getComputedStyle(span)
              return [span.textContent, color, backgroundColor, fontWeight]
            }),
        ),
      ),
  }
}

/** Opens a runner's page by its address and waits until its terminal is attached. */
export async function openTerminal(page: Page, origin: string, runnerId: string): Promise<TerminalView> {
  await page.goto(`${origin}/runners/${runnerId}`)
  const terminal = terminalOf(page)
  await terminal.attached()
  return terminal
}

import { join } from 'node:path'
import { type IPty, spawn } from 'node-pty'
import { checkout } from '../checkout'
import { cleanEnvironment } from '../child-environment'
import type { Stack } from '../stack'
import { createViewerTerminal, terminalFacts } from './terminal-facts'
import type { Viewer } from './viewer'

/** `stratavore attach` in a terminal of a person's own. */
export interface CliViewer {
  pty: IPty
  type(text: string): void
  /** As a window that is dragged. */
  resize(size: { cols: number; rows: number }): void
  /** What that terminal shows, without what scrolled off it before. */
  facts(): string[]
  /** Dies without a word; who drove may have its seat kept for a moment. */
  close(): void
}

/** What is on the screen; above it are the lines of the person's own shell. */
export function screenFacts(facts: readonly string[], rows: number): string[] {
  const isNormal = (fact: string) => /^normal \d+/.test(fact)
  const normal = facts.filter(isNormal).slice(-rows)
  return [
    ...facts.filter((fact) => !isNormal(fact)),
    ...normal.map((fact, index) => fact.replace(/^normal \d+/, `normal ${index}`)),
  ]
}

export const screenOf = (viewer: Viewer): string[] => screenFacts(viewer.facts(), viewer.terminal.rows)

/** Attaches over `url`, as whoever drives. */
export function openCliViewer(
  stack: Stack,
  runnerId: string,
  { url, size }: { url: string; size: { cols: number; rows: number } },
): CliViewer {
  const terminal = createViewerTerminal(size.cols, size.rows)
  let title = ''
  terminal.onTitleChange((value) => {
    title = value
  })
  const pty = spawn(process.execPath, [join(checkout, 'dist/cli.mjs'), 'attach', runnerId], {
    ...size,
    env: cleanEnvironment({
      STRATAVORE_HOME: stack.home,
      STRATAVORE_URL: url,
      STRATAVORE_TOKEN: stack.token,
    }) as Record<string, string>,
  })
  pty.onData((data) => terminal.write(data))
  return {
    pty,
    type: (text) => pty.write(text),
    resize({ cols, rows }) {
      terminal.resize(cols, rows)
      pty.resize(cols, rows)
    },
    facts: () => [`title ${title}`, ...screenFacts(terminalFacts(terminal), terminal.rows)],
    close() {
      pty.kill('SIGKILL')
      terminal.dispose()
    },
  }
}

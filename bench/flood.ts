import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createProject, launchRunning, typeLine, untilScreen } from '../tests/support/launch'
import type { Stack } from '../tests/support/stack'
import { startLine } from '../tests/support/terminal/line'
import { measureBareFlood } from './bare-flood'
import { type BenchTerminal, openBenchTerminal } from './bench-terminal'
import { openCli } from './cli-terminal'
import { shows } from './listeners'
import { TAB_BYTES_PER_SECOND } from './renderer'
import { type Figure, quantile } from './statistics'

const FLOOD_BYTES = 48 * 1024 * 1024
const INTERRUPTS = 5
/** Each way, of a line to somewhere else. */
const LINE_DELAY_MS = 25
const MB = 1024 * 1024

/** A file of lines, and the command that prints it and then DONE, without typing that word. */
export function floodIn(directory: string): string {
  const path = join(directory, 'flood.txt')
  writeFileSync(path, `${'x'.repeat(99)}\n`.repeat(FLOOD_BYTES / 100))
  return `cat ${path}; printf '%s%s' DO NE`
}

/** Bytes per second that a client gets of a program that prints as fast as it can. Closes the terminal. */
export async function bulkTo(terminal: BenchTerminal, command: string): Promise<number> {
  await terminal.drawn
  const startedAt = performance.now()
  let seen = 0
  await new Promise<void>((resolve) => {
    terminal.listen((text) => {
      seen += text.length
      if (text.includes('DONE')) resolve()
    })
    terminal.type(`${command}\r`)
  })
  const seconds = (performance.now() - startedAt) / 1000
  terminal.close()
  return seen / seconds
}

/**
 * Milliseconds from Ctrl-C to the last of the flood on a screen that is drawn as fast as a tab does. Each flood has a
 * terminal of its own from `open`, which is closed; `settle` follows.
 */
export async function interruptsOf(open: () => BenchTerminal, settle: () => Promise<void>): Promise<number[]> {
  const samples: number[] = []
  for (let count = 0; count < INTERRUPTS; count += 1) {
    const terminal = open()
    await terminal.drawn
    let seen = 0
    const flowing = new Promise<void>((resolve) => {
      terminal.listen((text) => {
        seen += text.length
        if (seen > TAB_BYTES_PER_SECOND) resolve()
      })
    })
    terminal.type('yes\r')
    await flowing
    const startedAt = performance.now()
    // The shell's own next line.
    const stopped = shows(terminal, '^C')
    terminal.type('\x03')
    await stopped
    samples.push(performance.now() - startedAt)
    terminal.close()
    await settle()
  }
  return samples
}

export const interruptFigures = (name: string, samples: readonly number[]): Figure[] => [
  { name: `${name}, p50`, unit: 'ms', value: quantile(samples, 0.5) },
  { name: `${name}, worst`, unit: 'ms', value: Math.max(...samples) },
]

/** Bytes per second that a program prints which nobody watches, by its own clock. */
async function unwatchedBulk(stack: Stack, runnerId: string, flood: string): Promise<number> {
  const clock = 'date +%s%N'
  await typeLine(stack, runnerId, `a=$(${clock}); ${flood}; b=$(${clock}); clear; echo to""ok $((b - a)) ns`)
  const screen = await untilScreen(stack, runnerId, /^took \d+ ns$/m, 120_000)
  return FLOOD_BYTES / (Number(/took (\d+)/.exec(screen)?.[1]) / 1e9)
}

/** Floods: how much gets through, near and far, and how soon Ctrl-C is seen to end one. */
export async function measureFloods(stack: Stack): Promise<Figure[]> {
  const project = await createProject(stack)
  const runner = await launchRunning(stack, { project: project.name, provider: 'shell' })
  const flood = floodIn(stack.workDir)
  const line = await startLine(stack.url, LINE_DELAY_MS)
  const settle = async () => {
    await typeLine(stack, runner.id, 'clear; echo read""y')
    await untilScreen(stack, runner.id, /^ready$/m)
  }
  try {
    const bare = await measureBareFlood(flood)
    const near = await bulkTo(openBenchTerminal(stack, runner.id), flood)
    const far = await bulkTo(openBenchTerminal(stack, runner.id, { url: line.url }), flood)
    const tab = () => openBenchTerminal(stack, runner.id, { bytesPerSecond: TAB_BYTES_PER_SECOND })
    const stops = await interruptsOf(tab, settle)
    const farTab = () => openBenchTerminal(stack, runner.id, { url: line.url, bytesPerSecond: TAB_BYTES_PER_SECOND })
    const farStops = await interruptsOf(farTab, settle)
    await settle()
    const inShell = await bulkTo(await openCli(stack, runner.id), flood)
    await settle()
    const alone = await unwatchedBulk(stack, runner.id, flood)
    return [
      { name: 'bulk, node-pty alone', unit: 'MB/s', value: bare / MB },
      { name: 'bulk, attached', unit: 'MB/s', value: near / MB },
      { name: 'bulk, attached, of node-pty alone', unit: '×', value: near / bare },
      { name: 'bulk, attached over a 50 ms line', unit: 'MB/s', value: far / MB },
      { name: 'bulk, by `stratavore attach`', unit: 'MB/s', value: inShell / MB },
      { name: 'bulk, with nobody attached', unit: 'MB/s', value: alone / MB },
      ...interruptFigures('Ctrl-C in a flood to a quiet tab of 12 MB/s', stops),
      ...interruptFigures('the same over a 50 ms line', farStops),
    ]
  } finally {
    await line.close()
    await stack.api.runner.stop.mutate({ id: runner.id, force: true })
  }
}

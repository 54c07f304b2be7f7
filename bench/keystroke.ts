import { createProject, launchRunning, typeLine, untilScreen } from '../tests/support/launch'
import type { Stack } from '../tests/support/stack'
import { openBenchTerminal } from './bench-terminal'
import { openCli } from './cli-terminal'
import { sampleEcho } from './echo-samples'
import { type Figure, spread } from './statistics'

const KEYSTROKES = 500

/** Keystroke round trip through web, daemon, agent and PTY: with nothing else going on, and beside a flood. */
export async function measureKeystrokes(stack: Stack): Promise<Figure[]> {
  const project = await createProject(stack)
  const runner = await launchRunning(stack, { project: project.name, provider: 'shell' })
  await typeLine(stack, runner.id, 'clear; echo rea""dy; cat')
  await untilScreen(stack, runner.id, /^ready$/m)
  const terminal = openBenchTerminal(stack, runner.id)
  await terminal.drawn
  const idle = await sampleEcho(terminal, KEYSTROKES)

  const neighbour = await launchRunning(stack, { project: project.name, provider: 'shell' })
  const watcher = openBenchTerminal(stack, neighbour.id)
  await watcher.drawn
  watcher.type('yes\r')
  await untilScreen(stack, neighbour.id, /^y$/m)
  const flooded = await sampleEcho(terminal, KEYSTROKES)
  watcher.close()
  terminal.close()
  const cli = await openCli(stack, runner.id)
  await cli.drawn
  const inShell = await sampleEcho(cli, KEYSTROKES)
  cli.close()
  for (const { id } of [runner, neighbour]) await stack.api.runner.stop.mutate({ id, force: true })
  return [
    ...spread('keystroke round trip', idle),
    ...spread('keystroke beside a flood', flooded),
    ...spread('keystroke by `stratavore attach`', inShell),
  ]
}

import { createProject, launchRunning, typeLine, untilScreen } from '../tests/support/launch'
import type { Stack } from '../tests/support/stack'
import { openCliViewer } from '../tests/support/terminal/cli-viewer'
import { openBenchTerminal } from './bench-terminal'
import { type EchoPort, sampleEcho } from './echo-samples'
import { shows } from './listeners'
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
  const inShell = await sampleEcho(cli, KEYSTROKES)
  cli.close()
  for (const { id } of [runner, neighbour]) await stack.api.runner.stop.mutate({ id, force: true })
  return [
    ...spread('keystroke round trip', idle),
    ...spread('keystroke beside a flood', flooded),
    ...spread('keystroke by `stratavore attach`', inShell),
  ]
}

/** `stratavore attach` in a terminal of its own, once it drives. */
async function openCli(stack: Stack, runnerId: string): Promise<EchoPort & { close(): void }> {
  const { pty } = openCliViewer(stack, runnerId, { url: stack.url, size: { cols: 120, rows: 32 } })
  const listen: EchoPort['listen'] = (listener) => {
    const subscription = pty.onData(listener)
    return () => subscription.dispose()
  }
  // The screen it finds: the program's line is on it.
  await shows({ listen }, 'ready')
  return { type: (text) => pty.write(text), listen, close: () => pty.kill('SIGKILL') }
}

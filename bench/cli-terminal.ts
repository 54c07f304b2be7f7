import type { Stack } from '../tests/support/stack'
import { openCliViewer } from '../tests/support/terminal/cli-viewer'
import type { BenchTerminal } from './bench-terminal'
import { shows } from './listeners'

/** `stratavore attach` in a terminal of its own, once it drives a runner with "ready" on its screen. */
export async function openCli(stack: Stack, runnerId: string): Promise<BenchTerminal> {
  const { pty } = openCliViewer(stack, runnerId, { url: stack.url, size: { cols: 120, rows: 32 } })
  const listen: BenchTerminal['listen'] = (listener) => {
    const subscription = pty.onData(listener)
    return () => subscription.dispose()
  }
  // The screen it finds.
  const drawn = shows({ listen }, 'ready')
  await drawn
  return { drawn, type: (text) => pty.write(text), listen, close: () => pty.kill('SIGKILL') }
}

import { randomUUID } from 'node:crypto'
import { createTerminalLink } from '@/client/terminal/terminal-link'
import type { Stack } from '../tests/support/stack'
import type { EchoPort } from './echo-samples'
import { createListeners } from './listeners'
import { createRenderer } from './renderer'

/** A client of a terminal, ours or a peer's. */
export interface BenchTerminal extends EchoPort {
  /** Resolves when the first screen is drawn. */
  drawn: Promise<void>
  close(): void
}

/**
 * A client of a runner over the real way: web's tunnel, daemon, agent. It renders nothing, so it is a fast one, unless
 * it is to take as long as something that draws so many bytes per second.
 */
export function openBenchTerminal(
  stack: Stack,
  runnerId: string,
  { url = stack.url, bytesPerSecond = Number.POSITIVE_INFINITY }: { url?: string; bytesPerSecond?: number } = {},
): BenchTerminal {
  const render = createRenderer(bytesPerSecond)
  const { tell, listen } = createListeners()
  let onDrawn = () => {}
  const drawn = new Promise<void>((resolve) => {
    onDrawn = resolve
  })
  const link = createTerminalLink({
    url,
    clientId: randomUUID(),
    requestTicket: async () => (await stack.api.runner.attach.mutate({ id: runnerId })).ticket,
    size: () => ({ cols: 120, rows: 32 }),
    screen: {
      write: (data, done) => {
        render(data.length, () => {
          tell(data)
          done()
        })
      },
      reset: (snapshot, done) => {
        tell(snapshot.data)
        done()
        onDrawn()
      },
      resize: () => undefined,
    },
    onState: () => undefined,
    // The server knows itself by its own name, whatever line leads there.
    socketOptions: { extraHeaders: { authorization: `Bearer ${stack.token}`, host: new URL(stack.url).host } },
  })
  return {
    drawn,
    type: link.send,
    listen,
    close: link.close,
  }
}

import { randomUUID } from 'node:crypto'
import { createTerminalLink } from '@/client/terminal/terminal-link'
import type { Stack } from '../tests/support/stack'
import type { EchoPort } from './echo-samples'

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
  let drawnUntil = 0
  const render = (bytes: number, shown: () => void): void => {
    const now = performance.now()
    drawnUntil = Math.max(now, drawnUntil) + (bytes / bytesPerSecond) * 1000
    if (drawnUntil - now < 1) shown()
    else setTimeout(shown, drawnUntil - now)
  }
  const listeners = new Set<(text: string) => void>()
  let onDrawn = () => {}
  const drawn = new Promise<void>((resolve) => {
    onDrawn = resolve
  })
  const tell = (data: Uint8Array) => {
    if (listeners.size === 0) return
    const text = Buffer.from(data).toString('latin1')
    for (const listener of [...listeners]) listener(text)
  }
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
    listen: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close: link.close,
  }
}

import { randomUUID } from 'node:crypto'
import { createTerminalLink } from '@/client/terminal/terminal-link'
import type { Stack } from '../tests/support/stack'
import type { EchoPort } from './echo-samples'

export interface BenchTerminal extends EchoPort {
  /** Resolves when the first screen is drawn. */
  drawn: Promise<void>
  close(): void
}

/** A client of a runner over the real way: web's tunnel, daemon, agent. It renders nothing, so it is a fast one. */
export function openBenchTerminal(stack: Stack, runnerId: string): BenchTerminal {
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
    url: stack.url,
    clientId: randomUUID(),
    requestTicket: async () => (await stack.api.runner.attach.mutate({ id: runnerId })).ticket,
    size: () => ({ cols: 120, rows: 32 }),
    screen: {
      write: (data, done) => {
        tell(data)
        done()
      },
      reset: (snapshot, done) => {
        tell(snapshot.data)
        done()
        onDrawn()
      },
      resize: () => undefined,
    },
    onState: () => undefined,
    socketOptions: { extraHeaders: { authorization: `Bearer ${stack.token}` } },
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

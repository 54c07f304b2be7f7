import { randomUUID } from 'node:crypto'
import { stripVTControlCharacters } from 'node:util'
import { createTerminalLink } from '@/client/terminal/terminal-link'
import { initialLinkState, type TerminalLinkState } from '@/client/terminal/terminal-link-state'
import type { Stack } from './stack'
import { waitUntil } from './wait-until'

/** A viewer of a runner that keeps every byte it was given, as the browser and the CLI get them. */
export interface AttachedTerminal {
  state(): TerminalLinkState
  /** Everything written since the last snapshot, the snapshot's own bytes first. */
  text(): string
  /** The same as lines, without escape sequences. */
  lines(): string[]
  /** How often the screen was replaced by a snapshot. */
  snapshots(): number
  /** Times the link came (back) to `attached`. */
  attaches(): number
  send(text: string): void
  takeSeat(): void
  /** Waits until the text holds `part`. */
  sees(part: string, timeoutMs?: number): Promise<void>
  close(): void
}

/** Attaches to a runner over the real protocol and waits until the first screen is there. */
export async function attachTerminal(
  stack: Stack,
  runnerId: string,
  options: {
    readOnly?: boolean
    size?: { cols: number; rows: number }
    /** Typed at once, before anything is attached. */
    type?: readonly string[]
    /** Output as it comes; snapshots are none. */
    onOutput?: (data: Uint8Array) => void
  } = {},
): Promise<AttachedTerminal> {
  let state = initialLinkState
  let received: Uint8Array[] = []
  let snapshots = 0
  let attaches = 0
  const link = createTerminalLink({
    url: stack.url,
    clientId: randomUUID(),
    requestTicket: async () => {
      const { ticket } = await stack.api.runner.attach.mutate({ id: runnerId, readOnly: options.readOnly ?? false })
      return ticket
    },
    size: () => options.size ?? { cols: 100, rows: 30 },
    screen: {
      write: (data, done) => {
        received.push(data)
        options.onOutput?.(data)
        done()
      },
      reset: (snapshot, done) => {
        received = [snapshot.data]
        snapshots += 1
        done()
      },
      resize: () => undefined,
    },
    onState: (next) => {
      if (next.phase === 'attached' && state.phase !== 'attached') attaches += 1
      state = next
    },
    socketOptions: { extraHeaders: { authorization: `Bearer ${stack.token}` } },
  })
  for (const keys of options.type ?? []) link.send(keys)
  const text = () => Buffer.concat(received).toString('utf8')
  const terminal: AttachedTerminal = {
    state: () => state,
    text,
    lines: () => stripVTControlCharacters(text()).split(/\r*\n|\r/),
    snapshots: () => snapshots,
    attaches: () => attaches,
    send: link.send,
    takeSeat: link.takeSeat,
    sees: async (part, timeoutMs) => {
      await waitUntil(`the terminal shows ${JSON.stringify(part)}`, () => text().includes(part), timeoutMs)
    },
    close: link.close,
  }
  await waitUntil('the terminal is attached and drawn', () => state.phase === 'attached' && snapshots > 0)
  return terminal
}

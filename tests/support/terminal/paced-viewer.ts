import { randomUUID } from 'node:crypto'
import { createTerminalLink, type TerminalLink } from '@/client/terminal/terminal-link'
import { initialLinkState, type TerminalLinkState } from '@/client/terminal/terminal-link-state'
import type { Stack } from '../stack'

/** A viewer that shows output as fast as it is told to, and keeps none of it. */
export interface PacedViewer {
  link: TerminalLink
  state(): TerminalLinkState
  /** Bytes of output it was sent, snapshots not counted. */
  received(): number
  /** Its screen was replaced because it had been too slow. */
  resyncs(): number
  /** Shows what is held back by now, and everything from now on at once. */
  thaw(): void
}

export interface PacedViewerOptions {
  /** Another way to the stack than its own address. */
  url?: string
  readOnly?: boolean
  size?: { cols: number; rows: number }
  /** Shown per second: 0 is a tab that is frozen. As fast as it comes when not given. */
  bytesPerSecond?: number
  onOutput?: (data: Uint8Array) => void
  /** The screen is replaced: what follows goes on at `offset`. */
  onSnapshot?: (snapshot: { offset: number; data: Uint8Array }) => void
}

/** Attaches to a runner over the real protocol. */
export function openPacedViewer(stack: Stack, runnerId: string, options: PacedViewerOptions = {}): PacedViewer {
  const { readOnly = false, size = { cols: 80, rows: 24 }, onOutput, onSnapshot } = options
  let bytesPerSecond = options.bytesPerSecond ?? Number.POSITIVE_INFINITY
  let state = initialLinkState
  let received = 0
  let resyncs = 0
  let shownUntil = 0
  const held: (() => void)[] = []
  const show = (bytes: number, done: () => void): void => {
    if (bytesPerSecond === 0) held.push(done)
    else if (bytesPerSecond === Number.POSITIVE_INFINITY) done()
    else {
      shownUntil = Math.max(performance.now(), shownUntil) + (bytes / bytesPerSecond) * 1000
      setTimeout(done, shownUntil - performance.now()).unref()
    }
  }
  const link = createTerminalLink({
    url: options.url ?? stack.url,
    clientId: randomUUID(),
    requestTicket: async () => (await stack.api.runner.attach.mutate({ id: runnerId, readOnly })).ticket,
    size: () => size,
    screen: {
      write(data, done) {
        received += data.length
        onOutput?.(data)
        show(data.length, done)
      },
      reset(snapshot, done) {
        if (snapshot.reason === 'resync') resyncs += 1
        onSnapshot?.(snapshot)
        done()
      },
      resize: () => undefined,
    },
    onState: (next) => {
      state = next
    },
    // The server knows itself by its own name, whatever line leads there.
    socketOptions: { extraHeaders: { authorization: `Bearer ${stack.token}`, host: new URL(stack.url).host } },
  })
  return {
    link,
    state: () => state,
    received: () => received,
    resyncs: () => resyncs,
    thaw() {
      bytesPerSecond = Number.POSITIVE_INFINITY
      for (const done of held.splice(0)) done()
    },
  }
}

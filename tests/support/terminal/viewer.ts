import { randomUUID } from 'node:crypto'
import type { Terminal } from '@xterm/headless'
import { createTerminalLink, type TerminalLink } from '@/client/terminal/terminal-link'
import { initialLinkState, type TerminalLinkState } from '@/client/terminal/terminal-link-state'
import type { Stack } from '../stack'
import { createViewerTerminal, terminalFacts } from './terminal-facts'

/** A viewer with a whole terminal, as the browser has one. */
export interface Viewer {
  terminal: Terminal
  link: TerminalLink
  state(): TerminalLinkState
  title(): string
  /** Everything of its screen that could differ from another's, its title included. */
  facts(): string[]
  /** Draws nothing, as a tab that is frozen, until it is thawed. */
  freeze(): void
  thaw(): void
  /** Times its screen was replaced because it had been too slow. */
  resyncs(): number
  /** Times it came to be attached, again after each break. */
  attaches(): number
  /** Output up to this offset is on its screen. */
  drawn(): number
  close(): void
}

/** Whether it knows of somebody who drives, and is there. */
export function seesDriver({ state }: Pick<Viewer, 'state'>): boolean {
  const { driver } = state().presence
  return driver !== null && !driver.away
}

/** Attaches to a runner over the real protocol, at `url` or the stack's own. */
export function openViewer(
  stack: Stack,
  runnerId: string,
  { url = stack.url, readOnly = false }: { url?: string; readOnly?: boolean } = {},
): Viewer {
  const terminal = createViewerTerminal(80, 24)
  let state = initialLinkState
  let title = ''
  let frozen: (() => void)[] | null = null
  let resyncs = 0
  let attaches = 0
  let drawn = 0
  const draw = (what: () => void): void => {
    if (frozen === null) what()
    else frozen.push(what)
  }
  terminal.onTitleChange((value) => {
    title = value
  })
  const link = createTerminalLink({
    url,
    clientId: randomUUID(),
    requestTicket: async () => (await stack.api.runner.attach.mutate({ id: runnerId, readOnly })).ticket,
    size: () => ({ cols: 80, rows: 24 }),
    screen: {
      write: (data, done) =>
        draw(() =>
          terminal.write(data, () => {
            drawn += data.length
            done()
          }),
        ),
      reset(snapshot, done) {
        if (snapshot.reason === 'resync') resyncs += 1
        draw(() => {
          terminal.reset()
          terminal.resize(snapshot.cols, snapshot.rows)
          title = snapshot.title
          terminal.write(snapshot.data, () => {
            drawn = snapshot.offset
            done()
          })
        })
      },
      resize: (size) => draw(() => terminal.resize(size.cols, size.rows)),
    },
    onState: (next) => {
      if (next.phase === 'attached' && state.phase !== 'attached') attaches += 1
      state = next
    },
    // The server knows itself by its own name, whatever line leads there.
    socketOptions: { extraHeaders: { authorization: `Bearer ${stack.token}`, host: new URL(stack.url).host } },
  })
  return {
    terminal,
    link,
    state: () => state,
    title: () => title,
    facts: () => [`title ${title}`, ...terminalFacts(terminal)],
    freeze() {
      frozen ??= []
    },
    thaw() {
      const held = frozen ?? []
      frozen = null
      for (const what of held) what()
    },
    resyncs: () => resyncs,
    attaches: () => attaches,
    drawn: () => drawn,
    close() {
      link.close()
      terminal.dispose()
    },
  }
}

import { SearchAddon } from '@xterm/addon-search'
import { Unicode11Addon } from '@xterm/addon-unicode11'
import { WebLinksAddon } from '@xterm/addon-web-links'
import { Terminal } from '@xterm/xterm'
import { createTerminalLink } from '@/client/terminal/terminal-link'
import { initialLinkState, type TerminalLinkState } from '@/client/terminal/terminal-link-state'
import { type BarKey, keyBytes, withCtrl } from './keys'
import { cleanPaste } from './paste-text'
import { openLink } from './safe-link'
import { silenceReplies } from './silence-replies'
import { createTerminalLayout } from './terminal-layout'
import { minimumContrast, terminalTheme } from './terminal-theme'

/** Lines kept above the screen; the snapshot of an attach brings at most what the agent keeps. */
const SCROLLBACK_LINES = 5000
/** One fixed-width stack: letters, box drawing and symbols must share one cell width. */
const FONT_FAMILY =
  'ui-monospace, SFMono-Regular, Menlo, "Cascadia Mono", Consolas, "DejaVu Sans Mono", "Liberation Mono", monospace'

export interface TerminalOptions {
  host: HTMLElement
  clientId: string
  fontPx: number
  dark: boolean
  requestTicket(): Promise<string>
  onState(state: TerminalLinkState): void
  onTitle(title: string): void
  /** A key was pressed while somebody else drives. */
  onRefusedKey(): void
  /** The user wants to find something. */
  onFind(): void
  /** Ctrl of the key bar was used up. */
  onCtrlUsed(): void
}

export interface TerminalView {
  focus(): void
  press(key: BarKey): void
  /** The next character typed is combined with Ctrl. */
  armCtrl(armed: boolean): void
  takeSeat(): void
  setAppearance(appearance: { fontPx: number; dark: boolean }): void
  /** Selects the next match; false when there is none. */
  find(text: string, direction: 'next' | 'previous'): boolean
  endFind(): void
  close(): void
}

/** Opens an xterm.js terminal inside `host` and links it to a runner, until `close`. */
export function openTerminal(options: TerminalOptions): TerminalView {
  const { host } = options
  let state = initialLinkState
  let ctrlArmed = false

  const terminal = new Terminal({
    allowProposedApi: true,
    fontFamily: FONT_FAMILY,
    fontSize: options.fontPx,
    lineHeight: 1.15,
    scrollback: SCROLLBACK_LINES,
    cursorBlink: false,
    theme: terminalTheme(options.dark),
    minimumContrastRatio: minimumContrast(options.dark),
    macOptionClickForcesSelection: true,
    linkHandler: { activate: (_event, text) => openLink(text), allowNonHttpProtocols: true },
  })
  const search = new SearchAddon()
  terminal.loadAddon(search)
  terminal.loadAddon(new WebLinksAddon((_event, text) => openLink(text)))
  terminal.loadAddon(new Unicode11Addon())
  terminal.unicode.activeVersion = '11'
  silenceReplies(terminal)
  terminal.open(host)

  const layout = createTerminalLayout({
    terminal,
    host,
    fontPx: options.fontPx,
    drives: () => state.phase === 'attached' && state.role === 'driver' && state.exit === null,
    onSize: (size) => link.resize(size),
  })

  const link = createTerminalLink({
    url: '',
    clientId: options.clientId,
    requestTicket: options.requestTicket,
    size: layout.wantedSize,
    screen: {
      write: (data, done) => terminal.write(data, done),
      reset(snapshot, done) {
        terminal.reset()
        terminal.resize(snapshot.cols, snapshot.rows)
        if (snapshot.title) options.onTitle(snapshot.title)
        terminal.write(snapshot.data, () => {
          done()
          layout.schedule()
        })
      },
      resize(size) {
        terminal.resize(size.cols, size.rows)
        layout.schedule()
      },
    },
    onState(next) {
      const attachedNow = next.phase === 'attached' && state.phase !== 'attached'
      const before = state
      state = next
      if (attachedNow) layout.forgetSent()
      if (attachedNow || next.role !== before.role || next.exit !== before.exit) layout.schedule()
      options.onState(next)
    },
  })

  const watching = () => state.phase === 'attached' && state.role === 'viewer'
  // Reports of mouse and focus come this way too; from a viewer they are nobody's business.
  const type = (data: string | Uint8Array) => {
    if (!watching() && state.exit === null) link.send(data)
  }
  terminal.onData((data) => {
    if (!ctrlArmed) return type(data)
    ctrlArmed = false
    options.onCtrlUsed()
    type(withCtrl(data))
  })
  terminal.onBinary((data) => type(Uint8Array.from(data, (character) => character.charCodeAt(0))))
  terminal.onKey(() => watching() && options.onRefusedKey())
  terminal.onTitleChange(options.onTitle)
  terminal.attachCustomKeyEventHandler((event) => {
    // Terminals have no code for Ctrl-Shift letters, so no program misses these.
    if (event.type !== 'keydown' || !event.ctrlKey || !event.shiftKey || event.altKey || event.metaKey) return true
    if (event.code === 'KeyF') options.onFind()
    else if (event.code === 'KeyC') copySelection(terminal)
    else return true
    event.preventDefault()
    return false
  })

  const onPaste = (event: ClipboardEvent) => {
    event.preventDefault()
    event.stopPropagation()
    const text = event.clipboardData?.getData('text/plain')
    if (!text) return
    if (watching()) options.onRefusedKey()
    else terminal.paste(cleanPaste(text))
  }
  host.addEventListener('paste', onPaste, { capture: true })

  return {
    focus: () => terminal.focus(),
    press: (key) => type(keyBytes(key, terminal.modes.applicationCursorKeysMode)),
    armCtrl: (armed) => {
      ctrlArmed = armed
    },
    takeSeat: () => link.takeSeat(),
    setAppearance({ fontPx, dark }) {
      terminal.options.theme = terminalTheme(dark)
      terminal.options.minimumContrastRatio = minimumContrast(dark)
      layout.setFont(fontPx)
    },
    find: (text, direction) => (direction === 'next' ? search.findNext(text) : search.findPrevious(text)),
    endFind() {
      search.clearDecorations()
      terminal.clearSelection()
      terminal.focus()
    },
    close() {
      host.removeEventListener('paste', onPaste, { capture: true })
      layout.stop()
      link.close()
      terminal.dispose()
    },
  }
}

/** Copies the selection; over plain HTTP, where there is no clipboard object, by the terminal's own copy handler. */
function copySelection(terminal: Terminal): void {
  if (!terminal.hasSelection()) return
  if (navigator.clipboard)
    void navigator.clipboard.writeText(terminal.getSelection()).catch(() => document.execCommand('copy'))
  else document.execCommand('copy')
}

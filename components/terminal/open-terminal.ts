import { Unicode11Addon } from '@xterm/addon-unicode11'
import { WebLinksAddon } from '@xterm/addon-web-links'
import { Terminal } from '@xterm/xterm'
import { createTerminalLink } from '@/client/terminal/terminal-link'
import { initialLinkState, type TerminalLinkState } from '@/client/terminal/terminal-link-state'
import { mendXterm } from '@/contracts/terminal/mend-xterm'
import type { ProgramSignal } from '@/contracts/terminal/program-signal'
import { copySelection, serveClipboard } from './clipboard'
import { mendComposition } from './composition'
import { createFinder, type FoundMatches } from './find-matches'
import { type BarKey, isReport, keyBytes, withCtrl } from './keys'
import { listenToProgram } from './listen-to-program'
import { cleanPaste } from './paste-text'
import type { TerminalPreferences } from './preferences'
import { markPrompts } from './prompt-marks'
import { openLink } from './safe-link'
import { type ScrollPlace, watchScrolling } from './scroll-watch'
import { silenceReplies } from './silence-replies'
import type { TerminalAccess } from './terminal-access'
import { fontStack } from './terminal-font'
import { createTerminalLayout } from './terminal-layout'
import { minimumContrast, terminalTheme } from './terminal-theme'
import { createRenderer } from './webgl-renderer'

/** Lines kept above the screen; the snapshot of an attach brings at most what the agent keeps. */
const SCROLLBACK_LINES = 5000

/** What the page is told. */
export interface TerminalListeners {
  onState(state: TerminalLinkState): void
  onTitle(title: string): void
  onDirectory(directory: string): void
  /** The program rang or wants something noticed. */
  onSignal(signal: ProgramSignal): void
  onScrollPlace(place: ScrollPlace): void
  onFound(found: FoundMatches): void
  /** A key was pressed while somebody else drives. */
  onRefusedKey(): void
  /** The user wants to find something. */
  onFind(): void
  /** Ctrl of the key bar was used up. */
  onCtrlUsed(): void
}

export interface TerminalOptions extends TerminalListeners {
  host: HTMLElement
  clientId: string
  preferences: TerminalPreferences
  dark: boolean
  /** It comes to look: a free seat is left free until something is typed. */
  watch: boolean
  /** When it drives, the PTY gets the size that fits here; else what is shown is scaled to fit. */
  sizes: boolean
  access: TerminalAccess
}

export interface TerminalView {
  focus(): void
  press(key: BarKey): void
  /** The next character typed is combined with Ctrl. */
  armCtrl(armed: boolean): void
  takeSeat(): void
  askSeat(): void
  answerSeat(clientId: string, given: boolean): void
  releaseSeat(): void
  /** From now on the PTY gets, or no longer gets, the size that fits here. */
  setSizes(sizes: boolean): void
  setAppearance(preferences: TerminalPreferences, dark: boolean): void
  scrollToEnd(): void
  /** Selects the next match; false when there is none. */
  find(text: string, direction: 'next' | 'previous'): boolean
  endFind(): void
  close(): void
}

/** Opens an xterm.js terminal inside `host` and links it to a runner, until `close`. */
export function openTerminal(options: TerminalOptions): TerminalView {
  const { host } = options
  let { preferences, sizes } = options
  let state = initialLinkState
  let ctrlArmed = false

  const terminal = new Terminal({
    allowProposedApi: true,
    fontFamily: fontStack(preferences.fontFamily),
    fontSize: preferences.fontPx,
    lineHeight: 1.15,
    scrollback: SCROLLBACK_LINES,
    cursorBlink: false,
    screenReaderMode: preferences.screenReader,
    theme: terminalTheme(options.dark),
    minimumContrastRatio: minimumContrast(options.dark),
    macOptionClickForcesSelection: true,
    linkHandler: { activate: (_event, text) => openLink(text), allowNonHttpProtocols: true },
  })
  terminal.loadAddon(new WebLinksAddon((_event, text) => openLink(text)))
  terminal.loadAddon(new Unicode11Addon())
  terminal.unicode.activeVersion = '11'
  silenceReplies(terminal)
  mendXterm(terminal)
  serveClipboard(terminal, () => preferences.clipboardWrite)
  const prompts = markPrompts(terminal)
  terminal.open(host)
  const composed = mendComposition(terminal, host)
  const finder = createFinder(terminal, options.onFound)
  const renderer = createRenderer(terminal, (kind) => {
    host.dataset.renderer = kind
  })
  renderer.use(preferences.renderer)

  const layout = createTerminalLayout({
    terminal,
    host,
    fontPx: preferences.fontPx,
    drives: () => sizes && state.phase === 'attached' && state.role === 'driver' && state.exit === null,
    onSize: (size) => link.resize(size),
  })

  const link = createTerminalLink({
    url: '',
    clientId: options.clientId,
    watch: options.watch,
    requestTicket: options.access.requestTicket,
    ...(options.access.protocols && { socketOptions: { protocols: options.access.protocols } }),
    size: () => (sizes ? layout.wantedSize() : null),
    screen: {
      write: (data, done) => terminal.write(data, done),
      reset(snapshot, done) {
        terminal.reset()
        prompts.clear()
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

  const mayType = () =>
    state.phase !== 'attached' || state.role === 'driver' || (!state.readOnly && state.presence.driver === null)
  // Reports of mouse and focus come this way too; from a viewer they are nobody's business.
  const watching = () => state.phase === 'attached' && state.role === 'viewer'
  const type = (data: string | Uint8Array) => {
    if (mayType() && state.exit === null) link.send(data)
  }
  terminal.onData((data) => {
    if (watching() && isReport(data)) return
    // Ctrl waits for a key: what the terminal itself reports uses nothing up.
    if (!ctrlArmed || isReport(data)) return type(data)
    ctrlArmed = false
    options.onCtrlUsed()
    type(withCtrl(data))
  })
  terminal.onBinary((data) => !watching() && type(Uint8Array.from(data, (character) => character.charCodeAt(0))))
  terminal.onKey(() => !mayType() && options.onRefusedKey())
  terminal.onTitleChange(options.onTitle)
  terminal.onSelectionChange(() => preferences.copyOnSelect && !finder.selects() && copySelection(terminal))
  listenToProgram(terminal, options)
  watchScrolling(terminal, options.onScrollPlace)
  terminal.attachCustomKeyEventHandler((event) => {
    // Terminals have no code for Ctrl-Shift letters and arrows, so no program misses these.
    if (event.type !== 'keydown' || !event.ctrlKey || !event.shiftKey || event.altKey || event.metaKey) return true
    if (event.code === 'KeyF') options.onFind()
    else if (event.code === 'KeyC') copySelection(terminal)
    else if (event.code === 'ArrowUp') prompts.jump('previous')
    else if (event.code === 'ArrowDown') prompts.jump('next')
    else return true
    event.preventDefault()
    return false
  })

  const onPaste = (event: ClipboardEvent) => {
    event.preventDefault()
    event.stopPropagation()
    const text = event.clipboardData?.getData('text/plain')
    if (!text) return
    composed.flush()
    if (mayType()) terminal.paste(cleanPaste(text))
    else options.onRefusedKey()
  }
  host.addEventListener('paste', onPaste, { capture: true })
  // A page that is loaded anew is somebody else to the server: it would find its seat kept for the one before.
  const onPageHide = () => link.leave()
  window.addEventListener('pagehide', onPageHide)

  return {
    focus: () => terminal.focus(),
    press(key) {
      composed.flush()
      type(keyBytes(key, terminal.modes.applicationCursorKeysMode))
    },
    armCtrl(armed) {
      composed.flush()
      ctrlArmed = armed
    },
    takeSeat: () => link.takeSeat(),
    askSeat: () => link.askSeat(),
    answerSeat: (clientId, given) => link.answerSeat(clientId, given),
    releaseSeat: () => link.releaseSeat(),
    setSizes(next) {
      if (next === sizes) return
      sizes = next
      // What it said before must not count again once it drives.
      if (!sizes) link.resize(null)
      layout.forgetSent()
      layout.schedule()
    },
    setAppearance(next, dark) {
      preferences = next
      terminal.options.theme = terminalTheme(dark)
      terminal.options.minimumContrastRatio = minimumContrast(dark)
      terminal.options.fontFamily = fontStack(next.fontFamily)
      terminal.options.screenReaderMode = next.screenReader
      renderer.use(next.renderer)
      layout.setFont(next.fontPx)
    },
    scrollToEnd: () => terminal.scrollToBottom(),
    find: finder.find,
    endFind() {
      finder.end()
      terminal.focus()
    },
    close() {
      host.removeEventListener('paste', onPaste, { capture: true })
      window.removeEventListener('pagehide', onPageHide)
      layout.stop()
      link.close()
      renderer.dispose()
      terminal.dispose()
    },
  }
}

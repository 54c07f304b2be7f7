import { Unicode11Addon } from '@xterm/addon-unicode11'
import { Terminal } from '@xterm/xterm'
import { openLink } from '@/components/terminal/safe-link'
import { silenceReplies } from '@/components/terminal/silence-replies'
import { fontStack } from '@/components/terminal/terminal-font'
import { createTerminalLayout } from '@/components/terminal/terminal-layout'
import { minimumContrast, terminalTheme } from '@/components/terminal/terminal-theme'
import { mendXterm } from '@/contracts/terminal/mend-xterm'
import type { ReplayScreen } from './replay-player'

/** Lines kept above the screen of a replay. */
const SCROLLBACK_LINES = 2000

export interface ReplayTerminal extends ReplayScreen {
  setDark(dark: boolean): void
  close(): void
}

/** A terminal that only shows, scaled to fit `host`. */
export function openReplay(
  host: HTMLElement,
  look: { fontPx: number; fontFamily: string; dark: boolean },
): ReplayTerminal {
  const terminal = new Terminal({
    allowProposedApi: true,
    disableStdin: true,
    fontFamily: fontStack(look.fontFamily),
    fontSize: look.fontPx,
    lineHeight: 1.15,
    scrollback: SCROLLBACK_LINES,
    theme: terminalTheme(look.dark),
    minimumContrastRatio: minimumContrast(look.dark),
    linkHandler: { activate: (_event, text) => openLink(text), allowNonHttpProtocols: true },
  })
  terminal.loadAddon(new Unicode11Addon())
  terminal.unicode.activeVersion = '11'
  silenceReplies(terminal)
  mendXterm(terminal)
  terminal.open(host)
  const layout = createTerminalLayout({
    terminal,
    host,
    fontPx: look.fontPx,
    drives: () => false,
    onSize: () => {},
  })
  const resize = ({ cols, rows }: { cols: number; rows: number }) => {
    terminal.resize(cols, rows)
    layout.schedule()
  }
  return {
    reset(size) {
      // Written, not called: what is still being parsed comes before it.
      terminal.write('\x1bc', () => resize(size))
    },
    write: (data) => terminal.write(data),
    resize: (size) => terminal.write('', () => resize(size)),
    setDark(dark) {
      terminal.options.theme = terminalTheme(dark)
      terminal.options.minimumContrastRatio = minimumContrast(dark)
    },
    close() {
      layout.stop()
      terminal.dispose()
    },
  }
}

import type { IDisposable, Terminal } from '@xterm/xterm'

/** Access to the clipboard by the program. */
const CLIPBOARD_OSC = 52
/** What a program may put there; a text to paste, not a file. */
const MAX_BASE64 = 1024 * 1024

/** Puts text into the clipboard; over plain HTTP, where there is no clipboard object, by the terminal's copy handler. */
export function copySelection(terminal: Terminal): void {
  if (!terminal.hasSelection()) return
  if (navigator.clipboard)
    void navigator.clipboard.writeText(terminal.getSelection()).catch(() => document.execCommand('copy'))
  else document.execCommand('copy')
}

/** The text an OSC 52 wants in the clipboard; null for a question, which is never answered, and for anything else. */
export function clipboardText(data: string): string | null {
  const split = data.indexOf(';')
  const payload = data.slice(split + 1)
  if (split < 0 || payload === '?' || payload.length > MAX_BASE64) return null
  try {
    return new TextDecoder().decode(Uint8Array.from(atob(payload), (at) => at.charCodeAt(0)))
  } catch {
    return null
  }
}

/** Lets the program put text into the clipboard where `allowed` says so at that moment. */
export function serveClipboard(terminal: Terminal, allowed: () => boolean): IDisposable {
  return terminal.parser.registerOscHandler(CLIPBOARD_OSC, (data) => {
    const text = allowed() ? clipboardText(data) : null
    // Refused by a browser whose page has no focus: then nobody looks who would want it.
    if (text !== null && navigator.clipboard) void navigator.clipboard.writeText(text).catch(() => {})
    return true
  })
}

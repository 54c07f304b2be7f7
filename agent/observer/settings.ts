import { z } from 'zod'
import { runnerActivity } from '@/contracts/runner/status'
import { maskSecrets } from './mask-bytes'
import type { Cell, ScreenBuffer, TerminalState } from './terminal-state'

/** All that a terminal was told, without what stands on its screen. */
export const settings = z.object({
  cols: z.number().int(),
  rows: z.number().int(),
  title: z.string(),
  status: z.object({ activity: runnerActivity, message: z.string().nullable() }).nullable(),
  /** Escape sequences that set an empty terminal like it. */
  sequences: z.string(),
})
export type Settings = z.infer<typeof settings>

/** The same terminal with nothing on it: what is left are its settings. */
export function emptied(state: TerminalState): TerminalState {
  const blank = {
    length: state.cols,
    isWrapped: false,
    loadCell: (_x: number, cell: Cell) => Object.assign(cell, state.newCell()),
  }
  const empty = (buffer: ScreenBuffer): ScreenBuffer => ({
    x: buffer.x,
    y: buffer.y,
    savedX: buffer.savedX,
    savedY: Math.max(0, buffer.savedY - buffer.ybase),
    savedCurAttrData: buffer.savedCurAttrData,
    savedCharset: buffer.savedCharset,
    scrollTop: buffer.scrollTop,
    scrollBottom: buffer.scrollBottom,
    tabs: buffer.tabs,
    ybase: 0,
    lines: { length: state.rows, get: () => blank },
  })
  const normal = empty(state.normal)
  const alternate = empty(state.alternate)
  // Nothing is printed that could be joined to, or that was printed at all.
  return { ...state, normal, alternate, active: state.active === state.normal ? normal : alternate, justPrinted: false }
}

/** As they may be kept: a title, a directory's address or a link's may have a secret in it. */
export function settingsWithoutSecrets(told: Settings, secrets: readonly string[]): Settings {
  const hide = (text: string): string => maskSecrets(Buffer.from(text), secrets).toString()
  const { title, status, sequences } = told
  const message = status?.message
  return {
    ...told,
    title: hide(title),
    status: status === null || !message ? status : { ...status, message: hide(message) },
    sequences: hide(sequences),
  }
}

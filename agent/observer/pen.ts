import { sgrOf } from './cell-style'
import type { Attributes, Cell, TerminalState } from './terminal-state'

/** Flags of the background number that are no colour. */
const BACKGROUND_FLAGS = 0xfc000000

/** What an erased cell has: a background and nothing else. */
export const isErased = (cell: Cell): boolean => cell.fg === 0 && (cell.bg & BACKGROUND_FLAGS) === 0

/** Collects the sequences that draw a screen, and knows which attributes the terminal has just now. */
export interface Pen {
  add(text: string): void
  /** The default attributes, and no link. */
  plain(): void
  /** The attributes of a cell, its link included. */
  like(attributes: Attributes): void
  text(): string
}

/** A pen on a terminal that was reset. With `bare` it draws no attributes at all. */
export function createPen(state: Pick<TerminalState, 'linkOf'>, bare: boolean): Pen {
  const parts: string[] = []
  const known = new Map<string, string>()
  let sgr = ''
  let guarded = false
  let urlId = 0

  const link = (next: number): void => {
    if (next === urlId) return
    const target = state.linkOf(next)
    const id = target?.id === undefined ? '' : `id=${target.id}`
    parts.push(target === undefined ? '\x1b]8;;\x1b\\' : `\x1b]8;${id};${target.uri}\x1b\\`)
    urlId = next
  }
  const style = (nextSgr: string, nextGuarded: boolean): void => {
    if (nextSgr === sgr && nextGuarded === guarded) return
    if (nextGuarded !== guarded && !nextGuarded) parts.push('\x1b[0"q')
    parts.push(nextSgr === '' ? '\x1b[m' : `\x1b[0;${nextSgr}m`)
    // A reset of the attributes takes the guard away too.
    if (nextGuarded) parts.push('\x1b[1"q')
    sgr = nextSgr
    guarded = nextGuarded
  }

  return {
    add: (text) => {
      parts.push(text)
    },
    plain() {
      style('', false)
      link(0)
    },
    like(attributes) {
      if (bare) return
      const { fg, bg, extended } = attributes
      const key = attributes.hasExtendedAttrs() ? `${fg};${bg};${extended._ext}` : `${fg};${bg}`
      const codes = known.get(key) ?? sgrOf(attributes)
      known.set(key, codes)
      style(codes, attributes.isProtected() !== 0)
      link(attributes.hasExtendedAttrs() ? extended.urlId : 0)
    },
    text: () => parts.join(''),
  }
}

import type { ITheme } from '@xterm/xterm'
import type { CSSProperties } from 'react'
import { readableColour } from './readable-colour'
import type { CellColour, StyledRun } from './styled-line'

/** Where the first sixteen colours are in a theme. */
const NAMES = [
  'black',
  'red',
  'green',
  'yellow',
  'blue',
  'magenta',
  'cyan',
  'white',
  'brightBlack',
  'brightRed',
  'brightGreen',
  'brightYellow',
  'brightBlue',
  'brightMagenta',
  'brightCyan',
  'brightWhite',
] as const satisfies readonly (keyof ITheme)[]

/** Steps of one channel in the colour cube 16-231. */
const CUBE = [0, 95, 135, 175, 215, 255] as const

/** A colour as CSS; 16-255 are the cube and the greys that every terminal has. */
export function cssColour(colour: CellColour, theme: ITheme): string | undefined {
  if (typeof colour === 'string') return colour
  if (colour < 16) return theme[NAMES[colour] ?? 'white']
  if (colour >= 232) {
    const grey = 8 + (colour - 232) * 10
    return `rgb(${grey} ${grey} ${grey})`
  }
  const channel = (unit: number) => CUBE[Math.floor((colour - 16) / unit) % 6]
  return `rgb(${channel(36)} ${channel(6)} ${channel(1)})`
}

const FAINT = 'var(--color-ink-faint)'

/** How a run is drawn; nothing for plain text, which is most. */
export function runStyle(run: StyledRun, theme: ITheme): CSSProperties | undefined {
  const { inverse, bold, dim, italic, underline, strike, invisible } = run
  const plain = run.foreground === null && run.background === null
  if (plain && !(inverse || bold || dim || italic || underline || strike || invisible)) return undefined
  const foreground = run.foreground === null ? undefined : cssColour(run.foreground, theme)
  const background = run.background === null ? undefined : cssColour(run.background, theme)
  const lines = [underline && 'underline', strike && 'line-through'].filter((line) => line !== false)
  const ground = inverse ? (foreground ?? theme.foreground) : background
  const text = inverse ? (background ?? theme.background) : (foreground ?? (background && theme.foreground))
  return {
    // A colour that its program picked for another ground is drawn so that it can be read on this one.
    color: text === undefined ? (dim ? FAINT : undefined) : readableColour(text, ground ?? theme.background ?? ''),
    backgroundColor: ground,
    ...(bold && { fontWeight: 600 }),
    ...(italic && { fontStyle: 'italic' }),
    ...(invisible && { visibility: 'hidden' as const }),
    ...(lines.length > 0 && { textDecoration: lines.join(' ') }),
  }
}

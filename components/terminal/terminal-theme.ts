import type { ITheme } from '@xterm/xterm'

/** Sixteen colours that keep their meaning on a dark ground. */
const DARK: ITheme = {
  background: '#08090c',
  foreground: '#e4e6ea',
  cursor: '#e4e6ea',
  cursorAccent: '#08090c',
  selectionBackground: '#3a4566',
  black: '#23262d',
  red: '#f2777a',
  green: '#7fd08d',
  yellow: '#e6c06e',
  blue: '#86a8f8',
  magenta: '#cf9bf0',
  cyan: '#6fcbd3',
  white: '#cfd3da',
  brightBlack: '#737986',
  brightRed: '#ff9b9b',
  brightGreen: '#a1e5ab',
  brightYellow: '#f5d78f',
  brightBlue: '#a9c2ff',
  brightMagenta: '#e2bcff',
  brightCyan: '#97e3e9',
  brightWhite: '#ffffff',
}

/** The same on white; xterm's contrast floor covers what a program picks itself. */
const LIGHT: ITheme = {
  background: '#ffffff',
  foreground: '#1d2026',
  cursor: '#1d2026',
  cursorAccent: '#ffffff',
  selectionBackground: '#c9d6fb',
  black: '#1d2026',
  red: '#b3261e',
  green: '#1d6f35',
  yellow: '#85590a',
  blue: '#2a4fc4',
  magenta: '#8a2fb5',
  cyan: '#0b6b78',
  white: '#6a707c',
  brightBlack: '#5b616d',
  brightRed: '#c9342c',
  brightGreen: '#237d3e',
  brightYellow: '#94640c',
  brightBlue: '#3a60dc',
  brightMagenta: '#9c3fc8',
  brightCyan: '#0d7885',
  brightWhite: '#3d424c',
}

/** Colours of a terminal in the page's present appearance. */
export const terminalTheme = (dark: boolean): ITheme => (dark ? DARK : LIGHT)

/** Text of lower contrast than this is adjusted when drawn (WCAG AA); on dark grounds programs know what they do. */
export const minimumContrast = (dark: boolean): number => (dark ? 1 : 4.5)

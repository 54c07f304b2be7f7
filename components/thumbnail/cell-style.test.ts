import { describe, expect, it } from 'vitest'
import { terminalTheme } from '@/components/terminal/terminal-theme'
import { cssColour, runStyle } from './cell-style'
import { styledRuns } from './styled-line'

const theme = terminalTheme(true)
const styleOf = (line: string) => styledRuns(line).map((run) => runStyle(run, theme))[0]

describe('cell styles', () => {
  it('follow the theme for the first sixteen colours and the fixed palette above', () => {
    expect(cssColour(1, theme)).toBe(theme.red)
    expect(cssColour(16, theme)).toBe('rgb(0 0 0)')
    expect(cssColour(208, theme)).toBe('rgb(255 135 0)')
    expect(cssColour(255, theme)).toBe('rgb(238 238 238)')
  })

  it('give plain text none', () => {
    expect(styleOf('plain')).toBeUndefined()
  })

  it('swap the colours of inverse text, with the theme where none is said', () => {
    expect(styleOf('\x1b[7mx')).toMatchObject({ color: theme.background, backgroundColor: theme.foreground })
    expect(styleOf('\x1b[7;32mx')).toMatchObject({ color: theme.background, backgroundColor: theme.green })
  })
})

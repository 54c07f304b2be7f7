import { describe, expect, it } from 'vitest'
import { createSecretFinder } from '@/contracts/redaction/redact-text'
import { MAX_THUMBNAIL_LINE, THUMBNAIL_COLS, THUMBNAIL_ROWS } from '@/contracts/terminal/thumbnail'
import { createEmulator } from './emulator'

async function linesOf(text: string, cols = 80, rows = 40): Promise<string[]> {
  const emulator = createEmulator(cols, rows, () => {})
  await emulator.write(Buffer.from(text), true)
  const { lines } = emulator.thumbnail(createSecretFinder([]))
  emulator.dispose()
  return lines
}

describe('the lines of a thumbnail', () => {
  it('are the rows down to the last that holds anything, with colours', async () => {
    expect(await linesOf('one\r\n\r\n\x1b[31mred\x1b[0m plain\r\n\r\n')).toEqual([
      'one',
      '',
      '\x1b[31mred\x1b[0m plain',
    ])
    expect(await linesOf('')).toEqual([])
  })

  it('are the last of a full screen, and of the screen that is shown', async () => {
    const lines = await linesOf(Array.from({ length: 100 }, (_, line) => `line ${line}`).join('\r\n'))
    expect(lines).toHaveLength(THUMBNAIL_ROWS)
    expect(lines.at(-1)).toBe('line 99')
    expect(await linesOf('below\x1b[?1049h\x1b[Habove')).toEqual(['above'])
  })

  it('show no secret, also where it goes on in the next row', async () => {
    expect(await linesOf('key AKIAIOSFODNN7EXAMPLE end', 12)).toEqual(['key ********', '************', ' end'])
    expect(await linesOf('\x1b[31mAKIAIOSFODNN7EXAMPLE\x1b[0m 日本', 40)).toEqual([
      `\x1b[31m${'*'.repeat(20)}\x1b[0m 日本`,
    ])
  })

  it('are cut where a picture ends', async () => {
    const [line] = await linesOf('x'.repeat(300), 300)
    expect(line).toBe('x'.repeat(THUMBNAIL_COLS))
  })

  it('are plain and bounded where colours or characters would be too much', async () => {
    const coloured = Array.from({ length: 80 }, (_, at) => `\x1b[38;2;${at};0;0;48;2;0;0;${at}mx`).join('')
    expect(await linesOf(coloured)).toEqual(['x'.repeat(80)])
    const [combined] = await linesOf(`a${'\u0301'.repeat(5000)}`)
    expect(combined?.length).toBeLessThanOrEqual(MAX_THUMBNAIL_LINE)
  })
})

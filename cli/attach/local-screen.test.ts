import { expect, it } from 'vitest'
import { createLocalScreen } from './local-screen'

/** A screen whose terminal keeps what it is written. */
function screenOf() {
  const written: string[] = []
  const stdout = {
    columns: 40,
    rows: 10,
    write(data: string | Uint8Array, done?: () => void) {
      written.push(Buffer.from(data).toString())
      done?.()
      return true
    },
  } as unknown as NodeJS.WriteStream
  const told: string[] = []
  const screen = createLocalScreen(stdout, false, {
    onOutput: () => undefined,
    onSkipped: () => told.push('skipped'),
    onSize: ({ cols, rows }) => told.push(`${cols}x${rows}`),
  })
  return { screen, written, told }
}

const snapshot = (title: string) => ({
  ...{ epoch: 1, offset: 0, cols: 40, rows: 10, title, reason: 'attach' as const },
  data: Buffer.from('drawn'),
})

it('is no longer what its stream made of it once a notice was drawn over it, until it is replaced', () => {
  const { screen } = screenOf()
  screen.reset(snapshot(''), () => undefined)
  expect(screen.isIntact()).toBe(true)
  screen.notice('connection lost')
  screen.write(Buffer.from('more'), () => undefined)
  expect(screen.isIntact()).toBe(false)
  screen.reset(snapshot(''), () => undefined)
  expect(screen.isIntact()).toBe(true)
})

it('gets the title with the screen, without what could be a sequence in it', () => {
  const { screen, written } = screenOf()
  screen.reset(snapshot('a \x1b]52;c;AAAA\x07title'), () => undefined)
  const title = written.join('').split('\x1b]2;')[1]?.split('\x07')[0]
  expect(title).toMatch(/^a .*title$/)
  expect(title).not.toContain('\x1b')
  expect(written.join('')).toMatch(/drawn$/)
})

it('tells that output was skipped before it, and only then', () => {
  const { screen, told } = screenOf()
  screen.reset(snapshot(''), () => undefined)
  screen.reset({ ...snapshot(''), reason: 'resync' }, () => undefined)
  expect(told).toEqual(['40x10', 'skipped', '40x10'])
})

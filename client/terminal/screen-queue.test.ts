import { describe, expect, it } from 'vitest'
import type { TerminalSnapshot } from '@/contracts/terminal/terminal'
import { createScreenQueue } from './screen-queue'

/** A screen that parses nothing until told to, as xterm.js may. */
function lazyScreen() {
  const log: string[] = []
  const pending: (() => void)[] = []
  const screen = {
    write: (data: Uint8Array, done: () => void) => {
      log.push(`write ${Buffer.from(data)}`)
      pending.push(done)
    },
    reset: (snapshot: TerminalSnapshot, done: () => void) => {
      log.push(`reset ${Buffer.from(snapshot.data)}`)
      pending.push(done)
    },
    resize: ({ cols }: { cols: number }) => void log.push(`resize ${cols}`),
  }
  return { screen, log, parse: () => pending.shift()?.() }
}

const snapshot = (text: string): TerminalSnapshot => ({
  epoch: 1,
  offset: 0,
  cols: 80,
  rows: 24,
  title: '',
  data: Buffer.from(text),
  reason: 'attach',
})
const nothing = () => undefined

describe('screen queue', () => {
  it('lets writes overlap, but a resize waits for all before it', () => {
    const { screen, log, parse } = lazyScreen()
    const queue = createScreenQueue(screen)
    queue.write(Buffer.from('a'), nothing)
    queue.write(Buffer.from('b'), nothing)
    queue.resize({ cols: 100, rows: 30 })
    queue.write(Buffer.from('c'), nothing)
    expect(log).toEqual(['write a', 'write b'])
    parse()
    expect(log).toHaveLength(2)
    parse()
    expect(log).toEqual(['write a', 'write b', 'resize 100', 'write c'])
  })

  it('drops what waits before a reset, and holds what follows until it is drawn', () => {
    const { screen, log, parse } = lazyScreen()
    const queue = createScreenQueue(screen)
    queue.write(Buffer.from('a'), nothing)
    queue.resize({ cols: 1, rows: 1 })
    queue.write(Buffer.from('old'), nothing)
    queue.reset(snapshot('S'), nothing)
    queue.write(Buffer.from('new'), nothing)
    parse()
    expect(log).toEqual(['write a', 'reset S'])
    parse()
    expect(log).toEqual(['write a', 'reset S', 'write new'])
  })
})

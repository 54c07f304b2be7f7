import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { waitUntil } from '@/tests/support/wait-until'
import { createObserver, type Observer } from './observe'
import type { FromObserver } from './protocol'

// Without the mend, xterm.js 6.0.0 really throws at "erase above" in the last cell.
vi.mock('@/contracts/terminal/mend-xterm', () => ({ mendXterm: () => {} }))
const CRASH = '\x1b[24;80H\x1b[1J'

let directory: string
let observer: Observer
let told: { message: FromObserver; data: string }[]
let problems: string[]
let marks: string[]
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'stratavore-broken-screen-'))
  told = []
  problems = []
  marks = []
  const recorder = {
    output() {},
    input() {},
    resize() {},
    mark: (_kind: string, label: string) => marks.push(label),
    finish() {},
  }
  observer = createObserver({
    logsDir: join(directory, 'logs'),
    recordingsDir: join(directory, 'recordings'),
    clock: { now: Date.now, monotonicMs: () => performance.now(), after: () => () => {} },
    startRecorders: () => ({ begin: () => recorder, adopt: () => recorder, finishLeft() {}, stop() {} }),
    send: (message, data) => told.push({ message, data: Buffer.from(data ?? []).toString() }),
    onProblem: (message) => problems.push(message),
  })
})
afterEach(() => {
  observer.stop()
  rmSync(directory, { recursive: true, force: true })
})

const lifeOf = (digit: number): string => `00000000-0000-4000-8000-00000000000${digit}.1`
const offsets = new Map<string, number>()

function open(life: string): void {
  offsets.set(life, 0)
  observer.handle({ type: 'open', life, cols: 80, rows: 24, title: life, secrets: [] }, Buffer.alloc(0))
}

function feed(life: string, text: string): void {
  const offset = offsets.get(life) ?? 0
  offsets.set(life, offset + text.length)
  observer.handle({ type: 'feed', life, offset, live: true }, Buffer.from(text))
}

async function snapshot(life: string, requestId: number): Promise<string> {
  observer.handle({ type: 'snapshot', requestId, life }, Buffer.alloc(0))
  const answer = () => told.find(({ message }) => 'requestId' in message && message.requestId === requestId)
  await waitUntil('the snapshot is there', () => answer() !== undefined)
  expect(answer()?.message.type).toBe('reply')
  return answer()?.data ?? ''
}

const takenEnd = (life: string): number =>
  Math.max(0, ...told.map(({ message }) => (message.type === 'taken' && message.life === life ? message.end : 0)))

it('one runner breaks its own screen only, which goes on empty with a mark; its log is whole', async () => {
  const [breaks, other] = [lifeOf(1), lifeOf(2)]
  for (const life of [breaks, other]) {
    open(life)
    feed(life, `shown by ${life}\r\n`)
  }
  feed(breaks, CRASH)
  feed(other, 'and more')
  await waitUntil('all is taken', () => [breaks, other].every((life) => takenEnd(life) === offsets.get(life)))
  feed(breaks, 'after it')
  await waitUntil('what follows is taken', () => takenEnd(breaks) === offsets.get(breaks))

  expect(await snapshot(other, 1)).toContain('and more')
  const screen = await snapshot(breaks, 2)
  expect(screen).toContain('[earlier output could not be drawn here]')
  expect(screen).toContain('after it')
  expect(screen).not.toContain('shown by')
  expect(problems).toEqual([`the screen of ${breaks} failed and begins anew`])
  expect(marks).toEqual(['the screen failed and began anew'])

  observer.handle({ type: 'log', requestId: 3, life: breaks, from: 0, limit: 1000 }, Buffer.alloc(0))
  await waitUntil('the log is read', () =>
    told.some(({ message }) => 'requestId' in message && message.requestId === 3),
  )
  expect(told.at(-1)?.data).toBe(`shown by ${breaks}\r\n${CRASH}after it`)
})

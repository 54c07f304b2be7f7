import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createViewerTerminal, parsed, terminalFacts } from '@/tests/support/terminal/terminal-facts'
import { waitUntil } from '@/tests/support/wait-until'
import { createObserver, type Observer } from './observe'
import { PARK_AFTER_MS } from './parking-emulator'
import type { FromObserver } from './protocol'

const LIVES = 25
/** A screen with a full history, of many colours; each its own. */
const outputOf = (life: number): Buffer =>
  Buffer.from(
    `\x1b]0;life ${life}\x07\x1b[?2004h` +
      Array.from(
        { length: 1100 },
        (_, line) => `\x1b[3${line % 8}m${life}: line ${line} 日本\x1b[m ${'.'.repeat(40)}`,
      ).join('\r\n') +
      `\x1b[3;7H\x1b[1;4m\x1b7\x1b[m\x1b[9;2H`,
  )

let directory: string
let observer: Observer
let told: { message: FromObserver; data: Buffer }[]
let nowMs: number
let timers: { at: number; work: () => void }[]
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'stratavore-parked-'))
  told = []
  nowMs = 0
  timers = []
  const recorder = { output() {}, input() {}, resize() {}, mark() {}, finish() {} }
  observer = createObserver({
    logsDir: join(directory, 'logs'),
    recordingsDir: join(directory, 'recordings'),
    clock: {
      now: () => nowMs,
      monotonicMs: () => nowMs,
      after(ms, work) {
        const timer = { at: nowMs + ms, work }
        timers.push(timer)
        return () => {
          timers = timers.filter((each) => each !== timer)
        }
      },
    },
    startRecorders: () => ({ begin: () => recorder, adopt: () => recorder, finishLeft() {}, stop() {} }),
    send: (message, data) => told.push({ message, data: Buffer.from(data ?? []) }),
    onProblem: (message) => expect.fail(message),
  })
})
afterEach(() => {
  observer.stop()
  rmSync(directory, { recursive: true, force: true })
})

const keyOf = (life: number): string => `00000000-0000-4000-8000-${String(life).padStart(12, '0')}.1`
const takenOf = (life: number): number =>
  Math.max(
    0,
    ...told.flatMap(({ message }) => (message.type === 'taken' && message.life === keyOf(life) ? [message.end] : [])),
  )

/** Bytes in use once everything that can go is gone. */
function usedBytes(): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  for (let round = 0; round < 3; round += 1) collect()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

/** Lets time pass; what is due runs, one after the other, with turns of the loop for what it starts. */
async function pass(ms: number): Promise<void> {
  const until = nowMs + ms
  for (;;) {
    for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setTimeout(resolve, 1))
    const [next] = timers.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)
    if (next === undefined) break
    timers = timers.filter((each) => each !== next)
    nowMs = Math.max(nowMs, next.at)
    next.work()
  }
  nowMs = until
}

let requests = 0
async function snapshot(life: number): Promise<{ data: Buffer; cols: number; rows: number }> {
  requests += 1
  const requestId = requests
  observer.handle({ type: 'snapshot', requestId, life: keyOf(life) }, Buffer.alloc(0))
  const answer = () => told.find(({ message }) => message.type === 'reply' && message.requestId === requestId)
  await waitUntil('the snapshot is there', () => answer() !== undefined)
  return { data: answer()?.data ?? Buffer.alloc(0), cols: 100, rows: 30 }
}

it('screens that nobody uses are put away, give their memory back, need no timers of their own, and are exact for who comes', async () => {
  for (let life = 0; life < LIVES; life += 1) {
    const output = outputOf(life)
    observer.handle({ type: 'open', life: keyOf(life), cols: 100, rows: 30, title: 'x', secrets: [] }, Buffer.alloc(0))
    observer.handle({ type: 'feed', life: keyOf(life), offset: 0, live: true }, output)
  }
  for (let life = 0; life < LIVES; life += 1)
    await waitUntil(`${life} is taken`, () => takenOf(life) === outputOf(life).length, 60_000)
  for (let life = 0; life < LIVES; life += 1) await snapshot(life)
  told = []
  const live = usedBytes()

  // As long as somebody uses one, it stays.
  await pass(PARK_AFTER_MS / 2)
  await snapshot(0)
  await pass(PARK_AFTER_MS + 40_000)
  told = []
  const parked = usedBytes()
  const eachMb = (live - parked) / LIVES / 1024 / 1024
  process.stdout.write(`a screen with 1,000 lines gives ${eachMb.toFixed(2)} MB back when it is put away\n`)
  expect(eachMb).toBeGreaterThan(0.5)
  // One for all of them, however many there are.
  expect(timers.length).toBeLessThanOrEqual(2)

  for (const life of [0, 7, LIVES - 1]) {
    const stays = createViewerTerminal(100, 30)
    stays.write(outputOf(life))
    const comes = createViewerTerminal(100, 30)
    comes.write((await snapshot(life)).data)
    // The program goes on, from where its cursor was saved.
    const more = Buffer.from('\x1b8more\r\n')
    observer.handle({ type: 'feed', life: keyOf(life), offset: outputOf(life).length, live: true }, more)
    for (const each of [stays, comes]) each.write(more)
    const again = createViewerTerminal(100, 30)
    again.write((await snapshot(life)).data)
    await Promise.all([stays, comes, again].map(parsed))
    expect(terminalFacts(comes)).toEqual(terminalFacts(stays))
    expect(terminalFacts(again)).toEqual(terminalFacts(stays))
  }
}, 120_000)

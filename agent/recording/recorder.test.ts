import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { CastEvent } from '@/contracts/recording/recording'
import { type OutputLog, openOutputLog } from '../observer/output-log'
import { describeLife } from './describe-recording'
import { readRecordingPage } from './read-recording'
import { beginRecording, continueRecording, type RecorderOptions } from './recorder'
import { segmentPath } from './recording-files'
import { SEGMENT_MS } from './recording-writer'
import { searchRecordingText } from './search-recording'
import { createSegmentTexts } from './segment-text'

const RUNNER = '11111111-1111-4111-8111-111111111111'
const LIFE = `${RUNNER}.0`

let root: string
let nowMs: number
/** Counts the copies that a recording went on in. */
let generation: number
let pauses: (() => void)[]
/** What is to happen to segments that are a day old. */
let days: (() => void)[]
let problems: unknown[]
/** What was said to be secret, by offsets of the output. */
let hidden: [number, number][]

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'stratavore-recording-'))
  nowMs = 1_700_000_000_000
  generation = 0
  pauses = []
  days = []
  problems = []
  hidden = []
})
afterEach(() => {
  rmSync(root, { recursive: true, force: true })
})

const recordingDir = (number: number) => (number === 0 ? join(root, LIFE) : join(root, `copy-${number}`))
const directory = () => recordingDir(generation)

function options(secrets: string[] = []): RecorderOptions {
  return {
    directory: directory(),
    size: { cols: 80, rows: 24 },
    title: 'Shell in work',
    secrets,
    clock: {
      now: () => nowMs,
      monotonicMs: () => nowMs,
      after(ms, work) {
        const waiting = ms === SEGMENT_MS ? days : pauses
        waiting.push(work)
        return () => void waiting.splice(waiting.indexOf(work), 1)
      },
    },
    onProblem: (error) => problems.push(error),
    onRecovered: () => {},
    onSealed: () => {},
    onHidden: (from, to) => hidden.push([from, to]),
  }
}

async function eventsOf(): Promise<CastEvent[]> {
  const texts = createSegmentTexts()
  const events: CastEvent[] = []
  for (let cursor: string | null = null; ; ) {
    const page = await readRecordingPage(directory(), { cursor }, texts)
    events.push(...page.events)
    if (!page.more) return events
    cursor = page.cursor
  }
}

const outputOf = (events: readonly CastEvent[]): string =>
  events
    .filter(([, code]) => code === 'o')
    .map(([, , text]) => text)
    .join('')
const markersOf = (events: readonly CastEvent[]): string[] =>
  events.filter(([, code]) => code === 'm').map(([, , label]) => label)

it('records output, resizes and markers in order and time', async () => {
  const recorder = beginRecording(options())
  recorder.output(0, Buffer.from('one\r\n'))
  nowMs += 1_500
  recorder.resize(100, 30)
  recorder.mark('prompt', 'fix\nthe bug')
  nowMs += 250
  recorder.output(5, Buffer.from('two'))
  await recorder.finish(8)
  expect(await eventsOf()).toEqual([
    [0, 'o', 'one\r\n'],
    [1.5, 'r', '100x30'],
    [1.5, 'm', 'prompt: fix the bug'],
    [1.75, 'o', 'two'],
  ])
  const life = await describeLife(root, LIFE, 0, createSegmentTexts())
  expect(life).toMatchObject({ duration: 1.75, growing: false, cols: 80, rows: 24, truncatedBefore: null })
  expect(life?.startedAt).toBe(new Date(1_700_000_000_000).toISOString())
  expect(life?.markers).toEqual([{ at: 1.5, kind: 'prompt', label: 'fix the bug' }])
})

it('keeps files to the user, sealed ones compressed', async () => {
  const recorder = beginRecording(options())
  recorder.output(0, Buffer.from('x'))
  recorder.mark('tool', 'Bash ls')
  await recorder.finish(1)
  const names = readdirSync(directory())
  expect(names.filter((name) => name.endsWith('.cast.gz'))).toHaveLength(1)
  expect(names.filter((name) => name.endsWith('.cast'))).toHaveLength(0)
  for (const name of names) expect(statSync(join(directory(), name)).mode & 0o777).toBe(0o600)
  expect(statSync(directory()).mode & 0o777).toBe(0o700)
})

it('gives the bytes as they were, characters whole, however they are cut', async () => {
  const text = 'ä日本👍\x1b[31mrot\x1b[0m é\r\n'.repeat(20)
  const data = Buffer.from(text)
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 60 }), async (sizes) => {
      rmSync(directory(), { recursive: true, force: true })
      const recorder = beginRecording(options())
      let at = 0
      for (const size of [...sizes, data.length]) {
        recorder.output(at, data.subarray(at, at + size))
        at = Math.min(data.length, at + size)
      }
      await recorder.finish(data.length)
      const events = await eventsOf()
      expect(outputOf(events)).toBe(text)
      for (const [, , part] of events) expect(part).not.toContain('\ufffd')
    }),
    { numRuns: 30 },
  )
})

it('replaces bytes that are no text, in the recording only', async () => {
  const recorder = beginRecording(options())
  recorder.output(0, Buffer.from([0x61, 0xff, 0x62, 0xc3]))
  await recorder.finish(4)
  expect(outputOf(await eventsOf())).toBe('a\ufffdb\ufffd')
  expect(markersOf(await eventsOf())).toEqual([])
})

it('hides secrets in output and markers, cut anywhere, and lets go when the output pauses', async () => {
  const secret = 'correct-horse-battery'
  for (let cut = 1; cut < secret.length; cut += 1) {
    rmSync(directory(), { recursive: true, force: true })
    const recorder = beginRecording(options([secret]))
    const data = Buffer.from(`in: ${secret}!`)
    recorder.output(0, data.subarray(0, 4 + cut))
    recorder.output(4 + cut, data.subarray(4 + cut))
    recorder.mark('tool', `Bash echo ${secret} ghp_${'a1'.repeat(18)}`)
    await recorder.finish(data.length)
    const events = await eventsOf()
    expect(outputOf(events)).toBe('in: [redacted]!')
    expect(markersOf(events)).toEqual(['tool: Bash echo [redacted] [redacted]'])
    expect(readFileSync(join(directory(), 'markers.jsonl'), 'utf8')).not.toContain(secret)
  }
  rmSync(directory(), { recursive: true, force: true })
  const recorder = beginRecording(options([secret]))
  recorder.output(0, Buffer.from('password: corr'))
  expect(pauses).toHaveLength(1)
  pauses[0]?.()
  await recorder.finish(14)
  expect(outputOf(await eventsOf())).toBe('password: corr')
})

it('says how many bytes are missing', async () => {
  const recorder = beginRecording(options())
  recorder.output(0, Buffer.from('abc'))
  recorder.output(10, Buffer.from('klm'))
  recorder.output(11, Buffer.from('lmn'))
  await recorder.finish(20)
  const events = await eventsOf()
  expect(outputOf(events)).toBe('abcklmn')
  expect(markersOf(events)).toEqual(['gap: 7 bytes of output are missing', 'gap: 6 bytes of output are missing'])
})

it('goes on after a crash from what its files have, with what the log has, secrets hidden across the cut', async () => {
  const secret = 'correct-horse-battery'
  const log = await openOutputLog(join(root, 'log'), (error) => problems.push(error))
  const data = Buffer.from(`begin ${secret} middle 日本 ${'x'.repeat(50)} end`)
  const cuts = [3, 12, 20, 27, 36, 37, 60, data.length]
  let recorder = beginRecording(options([secret]))
  let at = 0
  for (const cut of cuts) {
    const part = data.subarray(at, cut)
    await log.append(part)
    recorder.output(at, part)
    at = cut
    // Whatever it holds in memory is gone: another one begins from a copy of its files, as they are at some moment.
    for (let turns = at % 5; turns > 0; turns -= 1) await new Promise((resolve) => setImmediate(resolve))
    nowMs += 1_000
    generation += 1
    if (existsSync(recordingDir(generation - 1))) cpSync(recordingDir(generation - 1), directory(), { recursive: true })
    recorder = await continueRecording(options([secret]))
    await recorder.catchUp(log)
  }
  await recorder.finish(data.length)
  const events = await eventsOf()
  expect(outputOf(events).replaceAll(/(\[redacted\])+/g, secret)).toBe(data.toString())
  expect(outputOf(events)).not.toContain('horse')
  expect(events.map(([time]) => time)).toEqual(events.map(([time]) => time).sort((a, b) => a - b))
})

it('hides the rest of a secret whose beginning it had let go before a crash', async () => {
  const log = await openOutputLog(join(root, 'log'), (error) => problems.push(error))
  const data = Buffer.from('key: correct-horse-battery.')
  await log.append(data.subarray(0, 15))
  const crashed = beginRecording(options(['correct-horse-battery']))
  crashed.output(0, data.subarray(0, 15))
  pauses[0]?.()
  await expect.poll(async () => outputOf(await eventsOf())).toBe('key: correct-ho')
  const recorder = await continueRecording(options(['correct-horse-battery']))
  await recorder.catchUp(log)
  recorder.output(15, data.subarray(15))
  await recorder.finish(data.length)
  expect(outputOf(await eventsOf())).toBe('key: correct-ho[redacted].')
})

it('seals what a crash left, though nothing follows', async () => {
  beginRecording(options()).output(0, Buffer.from('all there is.'))
  await expect.poll(async () => outputOf(await eventsOf())).toBe('all there is.')
  const recorder = await continueRecording(options())
  await recorder.finish(13)
  expect(outputOf(await eventsOf())).toBe('all there is.')
  expect(markersOf(await eventsOf())).toEqual([])
  expect((await describeLife(root, LIFE, 0, createSegmentTexts()))?.growing).toBe(false)
})

it('goes on when the disk refuses, with a gap of what it refused', async () => {
  const recorder = beginRecording(options())
  recorder.output(0, Buffer.from('before.'))
  await expect.poll(async () => outputOf(await eventsOf())).toBe('before.')
  const segment = readdirSync(directory()).find((name) => name.endsWith('.cast')) ?? ''
  // Where its segment is, there is now something that cannot be written to.
  const path = join(directory(), segment)
  const kept = readFileSync(path)
  rmSync(path)
  mkdirSync(path)
  recorder.output(7, Buffer.from('lost.'))
  await expect.poll(() => problems).toHaveLength(1)
  rmSync(path, { recursive: true })
  writeFileSync(path, kept)
  recorder.output(12, Buffer.from('after'))
  await recorder.finish(17)
  const events = await eventsOf()
  expect(outputOf(events)).toBe('before.after')
  expect(markersOf(events)).toEqual(['gap: 5 bytes of output are missing'])
})

it('finds lines in plain text over the borders of segments', async () => {
  const recorder = beginRecording(options())
  let offset = 0
  for (let line = 0; line < 3; line += 1) {
    const data = Buffer.from(`${'.'.repeat(2_000_000)}\r\n\x1b[32mNeedle\x1b[0m ${line}\r\n`)
    for (let at = 0; at < data.length; at += 100_000) {
      recorder.output(offset + at, data.subarray(at, at + 100_000))
      await new Promise((resolve) => setImmediate(resolve))
    }
    offset += data.length
    nowMs += 1_000
  }
  await recorder.finish(offset)
  expect(readdirSync(directory()).filter((name) => name.endsWith('.gz')).length).toBeGreaterThan(1)
  const found = await searchRecordingText(directory(), 'needle', 2, createSegmentTexts())
  expect(found.more).toBe(true)
  expect(found.hits).toEqual([
    { at: 0, line: 'Needle 0' },
    { at: 1, line: 'Needle 1' },
  ])
  // Its oldest part goes: what is left says so.
  const [oldest] = readdirSync(directory())
    .filter((name) => name.endsWith('.gz'))
    .sort()
  rmSync(join(directory(), oldest ?? ''))
  const [first] = await eventsOf()
  expect(first?.[2]).toMatch(/^gap: \d{7} bytes of output before this are no longer kept$/)
  const life = await describeLife(root, LIFE, 0, createSegmentTexts())
  expect(life?.truncatedBefore?.bytes).toBeGreaterThan(1_000_000)
})

it('tells where output is secret, wherever it is cut, after a gap and after a restart', async () => {
  const recorder = beginRecording(options(['hunter2hunter2']))
  recorder.output(0, Buffer.from('a hunter2'))
  recorder.output(9, Buffer.from('hunter2 b'))
  expect(recorder.missedAny()).toBe(false)
  recorder.output(100, Buffer.from('hunter2hunter2'))
  recorder.output(114, Buffer.from(' hunter'))
  expect(recorder.missedAny()).toBe(true)
  const log = {
    end: () => 130,
    read: async (from: number, limit: number) => ({ offset: from, data: stored.subarray(from, from + limit) }),
  }
  const stored = Buffer.alloc(130, '.')
  stored.write('hunter2hunter2', 115)
  await recorder.finish(121)
  const next = await continueRecording(options(['hunter2hunter2']))
  await next.catchUp(log as unknown as OutputLog)
  expect(hidden).toContainEqual([2, 16])
  expect(hidden).toContainEqual([100, 114])
  expect(hidden).toContainEqual([115, 129])
  await next.finish(130)
})

it('compresses a part that is a day old, however small, so that its age counts', async () => {
  const recorder = beginRecording(options())
  const segments = () => readdirSync(directory()).filter((name) => name.includes('.cast'))
  const areSealed = async (count: number) =>
    vi.waitFor(() => expect(segments().filter((name) => name.endsWith('.gz'))).toHaveLength(count))
  recorder.output(0, Buffer.from('yesterday'))
  await vi.waitFor(() => expect(segments()).toHaveLength(1))
  nowMs += SEGMENT_MS
  for (const day of days.splice(0)) day()
  await areSealed(1)
  expect(segments()).toHaveLength(1)
  recorder.output(9, Buffer.from(' today'))
  await recorder.finish(15)
  expect(segments()).toHaveLength(2)
  expect((await eventsOf()).map(([, , text]) => text).join('')).toBe('yesterday today')
  expect(days).toHaveLength(0)
})

it('is read from a segment before any second on, and from the oldest that is kept where there is none', async () => {
  mkdirSync(directory(), { recursive: true })
  for (const [index, at] of [10, 20, 20.5, 30].entries())
    writeFileSync(
      segmentPath(directory(), index + 3, index * 4 * 1024 * 1024, at),
      `${JSON.stringify([at, 'o', `${at}`, 1])}\n`,
    )
  const begin = async (from: number) => {
    const { events } = await readRecordingPage(directory(), { cursor: null, from }, createSegmentTexts())
    return events.map(([at, code]) => `${code} ${at}`)
  }
  const whole = ['m 10', 'o 10', 'o 20', 'o 20.5', 'o 30']
  expect(await begin(5)).toEqual(whole)
  expect(await begin(20)).toEqual(whole)
  expect(await begin(20.5)).toEqual(['o 20', 'o 20.5', 'o 30'])
  expect(await begin(29)).toEqual(['o 20', 'o 20.5', 'o 30'])
  expect(await begin(1_000)).toEqual(['o 20.5', 'o 30'])
})

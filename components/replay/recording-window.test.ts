import { TRPCClientError } from '@trpc/client'
import { afterEach, expect, it } from 'vitest'
import type { CastEvent, RecordingPage } from '@/contracts/recording/recording'
import { type LoadedRecording, NOTHING_LOADED, openRecordingWindow, type RecordingWindow } from './recording-window'

let open: RecordingWindow | null = null
afterEach(() => open?.stop())

const page = (cursor: string, more: boolean, ...events: CastEvent[]): RecordingPage => ({ events, cursor, more })
const refusal = (code: string) =>
  Object.assign(new TRPCClientError(`it is ${code}`), {
    data: { stratavore: { code, hint: null, fields: null, requestId: 'r' } },
  })
const settled = (): Promise<void> => new Promise(setImmediate)

type Read = (cursor: string | null, from: number | null) => Promise<RecordingPage>

/** Gives these answers, one after the other. */
function scripted(answers: (RecordingPage | Error)[]) {
  const asked: (string | null)[] = []
  const read: Read = async (cursor) => {
    asked.push(cursor)
    const answer = answers.shift()
    if (answer === undefined) throw new Error('asked too often')
    if (answer instanceof Error) throw answer
    return answer
  }
  return { asked, read }
}

/** A window on a source; waits pass when they are told to. */
function windowOn(read: Read, growing: boolean, maxLength = 1_000) {
  let loaded: LoadedRecording = NOTHING_LOADED
  const waits: { ms: number; action: () => void }[] = []
  const window = openRecordingWindow({
    read,
    growing,
    maxLength,
    onChange: (next) => {
      loaded = next
    },
    scheduler: {
      after(ms, action) {
        const wait = { ms, action }
        waits.push(wait)
        return () => void waits.splice(waits.indexOf(wait), 1)
      },
    },
    random: () => 1,
  })
  open = window
  const pass = async (): Promise<number | undefined> => {
    const wait = waits.shift()
    wait?.action()
    await settled()
    return wait?.ms
  }
  return { loaded: () => loaded, want: window.want, waits, pass }
}

it('follows a recording that grows, also past reads that fail', async () => {
  const { asked, read } = scripted([
    page('0:1', true, [0, 'o', 'a']),
    page('0:2', false, [1, 'o', 'b']),
    refusal('node_unavailable'),
    refusal('unavailable'),
    page('0:3', false, [2, 'o', 'c']),
    refusal('timeout'),
    page('0:3', false),
  ])
  const { loaded, pass } = windowOn(read, true)
  await settled()
  expect(loaded()).toMatchObject({ pages: [[[0, 'o', 'a']], [[1, 'o', 'b']]], loadedUntil: 1, complete: true })
  expect(await pass()).toBe(3_000)
  expect(loaded()).toMatchObject({ loadedUntil: 1, problem: 'it is node_unavailable' })
  // Ever later while it fails, from the same place.
  expect([await pass(), await pass()]).toEqual([200, 400])
  expect(loaded()).toMatchObject({ loadedUntil: 2, complete: true, problem: null })
  expect([await pass(), await pass(), loaded().problem]).toEqual([3_000, 200, null])
  expect(asked).toEqual([null, '0:1', '0:2', '0:2', '0:2', '0:3', '0:3'])
})

it('reads one that is over to its end, and asks no more for what is refused for good', async () => {
  const over = windowOn(scripted([refusal('unavailable'), page('0:1', false, [0, 'o', 'a'])]).read, false)
  await settled()
  await over.pass()
  expect([over.loaded().complete, over.waits]).toEqual([true, []])
  const refused = windowOn(scripted([refusal('not_found')]).read, true)
  await settled()
  expect([refused.loaded().problem, refused.waits]).toEqual(['it is not_found', []])
})

/** A recording of an event of ten characters each second, in pages of ten; a part begins ten seconds early. */
function long(seconds: { count: number }) {
  const read: Read = async (cursor, from) => {
    const begin = cursor === null ? Math.max(0, Math.floor((from ?? 0) / 10) - 1) : Number(cursor.split(':')[1])
    const at = Array.from({ length: 10 }, (_, index) => begin * 10 + index).filter((second) => second < seconds.count)
    const events = at.map((second): CastEvent => [second, 'o', 'ten chars.'])
    return page(`0:${begin + (at.length === 10 ? 1 : 0)}`, (begin + 1) * 10 < seconds.count, ...events)
  }
  return read
}
const firstOf = ({ pages }: LoadedRecording) => pages[0]?.[0]?.[0]
const lengthOf = ({ pages }: LoadedRecording) => pages.flat().length * 10

it('shows any time of one that is too long to be held, and comes to its end, never holding more than it may', async () => {
  const { loaded, want } = windowOn(long({ count: 1_000 }), false, 500)
  await settled()
  expect(loaded()).toMatchObject({ loadedFrom: 0, loadedUntil: 59, complete: false, cut: false })
  // Within what is held nothing is read.
  want(40)
  expect(loaded().part).toBe(1)
  for (const at of [700, 300, 59, 999]) {
    want(at)
    await settled()
    // What is to be shown, and enough before it to draw it.
    expect(firstOf(loaded())).toBeLessThanOrEqual(Math.max(0, at - 10))
    expect(loaded().loadedUntil).toBeGreaterThanOrEqual(at)
    expect(lengthOf(loaded())).toBeLessThanOrEqual(600)
  }
  expect(loaded()).toMatchObject({ complete: true, loadedUntil: 999 })
  want(0)
  await settled()
  expect(loaded()).toMatchObject({ loadedFrom: 0, complete: false })
})

it('played to the end of what is held, it goes on from there, up to the end', async () => {
  const { loaded, want } = windowOn(long({ count: 300 }), false, 500)
  let at = 0
  for (let parts = 0; !loaded().complete && parts < 20; parts += 1) {
    await settled()
    expect(loaded().loadedUntil).toBeGreaterThanOrEqual(at)
    at = loaded().loadedUntil
    want(at)
  }
  await settled()
  expect([at, loaded().complete, loaded().cut]).toEqual([299, true, false])
})

it('says so when it grows past what is held, and follows on for who is at its end', async () => {
  const seconds = { count: 55 }
  const { loaded, want, pass } = windowOn(long(seconds), true, 500)
  await settled()
  expect(loaded()).toMatchObject({ loadedUntil: 54, complete: true })
  seconds.count = 70
  await pass()
  expect(loaded()).toMatchObject({ loadedUntil: 54, complete: false })
  expect(loaded().knownUntil).toBeGreaterThan(54)
  want(54)
  await settled()
  expect(loaded()).toMatchObject({ loadedFrom: 40, loadedUntil: 69, complete: true })
})

it('gives up where parts are not to be had, instead of asking for ever', async () => {
  const all = long({ count: 1_000 })
  const { loaded, want } = windowOn((cursor) => all(cursor, null), false, 500)
  await settled()
  for (let times = 0; times < 5; times += 1) {
    want(700)
    await settled()
  }
  expect(loaded()).toMatchObject({ part: 2, cut: true, complete: false })
})

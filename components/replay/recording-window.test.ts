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

/** A window on a source that gives these answers, one after the other; waits pass when they are told to. */
function windowOn(answers: (RecordingPage | Error)[], growing: boolean) {
  let loaded: LoadedRecording = NOTHING_LOADED
  const asked: (string | null)[] = []
  const waits: { ms: number; action: () => void }[] = []
  open = openRecordingWindow({
    read: async (cursor) => {
      asked.push(cursor)
      const answer = answers.shift()
      if (answer === undefined) throw new Error('asked too often')
      if (answer instanceof Error) throw answer
      return answer
    },
    growing,
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
  const pass = async (): Promise<number | undefined> => {
    const wait = waits.shift()
    wait?.action()
    await settled()
    return wait?.ms
  }
  return { loaded: () => loaded, asked, waits, pass }
}

it('follows a recording that grows, also past reads that fail', async () => {
  const { loaded, asked, pass } = windowOn(
    [
      page('0:1', true, [0, 'o', 'a']),
      page('0:2', false, [1, 'o', 'b']),
      refusal('node_unavailable'),
      refusal('unavailable'),
      page('0:3', false, [2, 'o', 'c']),
      refusal('timeout'),
      page('0:3', false),
    ],
    true,
  )
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
  const over = windowOn([refusal('unavailable'), page('0:1', false, [0, 'o', 'a'])], false)
  await settled()
  await over.pass()
  expect([over.loaded().complete, over.waits]).toEqual([true, []])
  const refused = windowOn([refusal('not_found')], true)
  await settled()
  expect([refused.loaded().problem, refused.waits]).toEqual(['it is not_found', []])
})

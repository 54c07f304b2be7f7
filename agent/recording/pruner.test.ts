import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createPruner, type Pruner } from './pruner'
import { HEADER_FILE, segmentPath } from './recording-files'

const DAY_MS = 24 * 60 * 60 * 1000
const NOW = 1_700_000_000_000
const GOES_ON = '11111111-1111-4111-8111-111111111111.0'
const ENDED = '22222222-2222-4222-8222-222222222222.3'

let root: string
let pruner: Pruner
/** What the pruner has planned. */
let planned: (() => void)[]
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'stratavore-prune-'))
  planned = []
  pruner = createPruner({
    recordingsDir: join(root, 'recordings'),
    logsDir: join(root, 'logs'),
    clock: {
      now: () => NOW,
      monotonicMs: () => NOW,
      after(_ms, work) {
        planned.push(work)
        return () => void planned.splice(planned.indexOf(work), 1)
      },
    },
    isLive: (life) => life === GOES_ON,
    onProblem(_message, error) {
      throw error
    },
  })
})
afterEach(() => {
  pruner.stop()
  rmSync(root, { recursive: true, force: true })
})

function write(path: string, daysAgo: number): string {
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, 'x')
  const at = (NOW - daysAgo * DAY_MS) / 1000
  utimesSync(path, at, at)
  return path
}
const segment = (life: string, index: number, daysAgo: number, sealed = true): string =>
  write(`${segmentPath(join(root, 'recordings', life), index, index, index)}${sealed ? '.gz' : ''}`, daysAgo)

it('deletes from the disk what is too old, of a runner that goes on too, but not what is written to', async () => {
  const old = segment(GOES_ON, 0, 31)
  const young = segment(GOES_ON, 1, 29)
  const inUse = segment(GOES_ON, 2, 40, false)
  const ended = segment(ENDED, 0, 31)
  write(join(root, 'recordings', ENDED, HEADER_FILE), 40)
  write(join(root, 'logs', ENDED, 'sizes.json'), 40)
  write(join(root, 'logs', GOES_ON, 'sizes.json'), 40)
  pruner.keep({ ageMs: 30 * DAY_MS, runnerBytes: 1_000, totalBytes: 1_000 })
  for (const work of planned.splice(0)) work()
  // It plans the next look once it is done.
  await vi.waitFor(() => expect(planned).toHaveLength(1))
  expect([old, ended, join(root, 'recordings', ENDED)].filter(existsSync)).toEqual([])
  expect([young, inUse].filter(existsSync)).toEqual([young, inUse])
  expect(existsSync(join(root, 'logs', GOES_ON))).toBe(true)
})

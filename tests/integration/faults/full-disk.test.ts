import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { type ObserverLink, startObserver } from '@/agent/observer/observer-process'
import { finishReply, logBody, snapshotReply } from '@/agent/observer/protocol'
import { MARKERS_FILE } from '@/agent/recording/recording-files'
import { ensureBuilt } from '../../support/build'
import { checkout } from '../../support/checkout'
import { waitUntil } from '../../support/wait-until'

/**
 * Fault 14: no space for logs and recordings. A small file system of its own where one may be mounted; elsewhere a bound on
 * the size of files that the observer may write, which it meets the same way.
 */
const LIFE = '00000000-0000-4000-8000-000000000001.1'
const PART_BYTES = 16 * 1024
const DISK_BYTES = 1024 * 1024

let directory: string
let isMounted: boolean
let observer: ObserverLink
let taken: number
let sent: number
let refusals: (string | null)[]
beforeAll(ensureBuilt)
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'stratavore-full-disk-'))
  isMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_BYTES}`, 'none', directory]).status === 0
  taken = 0
  sent = 0
  refusals = []
  observer = startObserver({
    scriptPath: join(checkout, 'dist/observer.mjs'),
    logsDir: join(directory, 'logs'),
    recordingsDir: join(directory, 'recordings'),
    events: {
      onStarted: () => {},
      onTaken: (_life, end) => {
        taken = end
      },
      onAnswer: () => {},
      onSaid: () => {},
      onNotice: () => {},
      onRefused: (reason) => void refusals.push(reason),
      onProblem: (message, detail) => expect.fail(`${message}: ${detail}`),
    },
  })
  observer.notify({ type: 'open', life: LIFE, cols: 80, rows: 24, title: 'full', secrets: [] })
})
afterEach(async () => {
  await observer.stop()
  if (isMounted) execFileSync('umount', [directory])
  rmSync(directory, { recursive: true, force: true })
})

const observerPid = (): number => {
  const children = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8')
    .trim()
    .split(' ')
    .map(Number)
  const found = children.find((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('observer.mjs'))
  if (found === undefined) throw new Error('the observer is no child of ours')
  return found
}
const limitFiles = (bytes: string): void =>
  void execFileSync('prlimit', ['--pid', `${observerPid()}`, `--fsize=${bytes}:`])

function fillDisk(): void {
  // What is left is filled to the last page: the write that does not fit any more is what is wanted.
  if (isMounted) spawnSync('dd', ['if=/dev/zero', `of=${join(directory, 'filler')}`, 'bs=4k'], { stdio: 'ignore' })
  else limitFiles(`${PART_BYTES}`)
}
function freeDisk(): void {
  if (isMounted) rmSync(join(directory, 'filler'))
  else limitFiles('unlimited')
}

async function print(mark: string): Promise<void> {
  const data = Buffer.from(
    `${mark} `
      .repeat(PART_BYTES)
      .slice(0, PART_BYTES - 2)
      .concat('\r\n'),
  )
  observer.notify({ type: 'feed', life: LIFE, offset: sent, live: true }, data)
  sent += data.length
  await waitUntil(`${mark} is taken`, () => taken === sent)
}

function recordingText(): string {
  const recording = join(directory, 'recordings', LIFE)
  const names = readdirSync(recording).filter((name) => name.endsWith('.cast'))
  return names.map((name) => readFileSync(join(recording, name), 'utf8')).join('')
}

it('a full disk stops no terminal: what it refused is a counted gap, and all goes on once there is space', async () => {
  await print('before')
  await waitUntil('it is recorded', () => recordingText().includes('before'))
  fillDisk()
  for (let part = 0; part < 8; part += 1) await print('refused')
  // The screen shows what no disk would take.
  const shown = await observer.request({ type: 'snapshot', life: LIFE }, snapshotReply)
  expect(shown.body.end).toBe(sent)
  expect(shown.data.toString()).toContain('refused')
  await waitUntil('it is told, once', () => refusals.length === 1)
  expect(refusals[0]).toMatch(/ENOSPC|EFBIG/)
  freeDisk()
  await print('after')
  await waitUntil('it is recorded again', () => recordingText().includes('after'))
  await waitUntil('that is told too', () => refusals.length === 2)
  expect(refusals[1]).toBeNull()

  const markers = readFileSync(join(directory, 'recordings', LIFE, MARKERS_FILE), 'utf8')
  const missing = Number(/(\d+) bytes of output are missing/.exec(markers)?.[1])
  expect(missing).toBeGreaterThan(0)
  expect(missing).toBeLessThanOrEqual(8 * PART_BYTES)
  const log = await observer.request({ type: 'log', life: LIFE, from: sent - PART_BYTES, limit: PART_BYTES }, logBody)
  expect(log.body.offset).toBe(sent - PART_BYTES)
  expect(log.data.toString().startsWith('after')).toBe(true)
  const { body } = await observer.request({ type: 'finish', life: LIFE, ending: 'over' }, finishReply)
  expect(body.end).toBe(sent)
})

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createEmulator } from '@/agent/observer/emulator'
import { createLife } from '@/agent/observer/life'
import { openOutputLog } from '@/agent/observer/output-log'
import { createParkingEmulator } from '@/agent/observer/parking-emulator'
import { type LifeRecorder, startRecorderThread } from '@/agent/recording/recorder-thread'
import { createRedactor } from '@/contracts/redaction/redactor'
import type { Figure } from './statistics'

const CHUNK_BYTES = 32 * 1024
const CHUNKS = 1024
/** The agent hands on no more than this before the observer has taken it. */
const IN_FLIGHT = 32
/** Runs of each kind, by turns: a machine is not as fast at one time as at another. */
const ROUNDS = 3

/** Coloured lines as a build prints them. */
const LINE = '\x1b[32m✓\x1b[0m compiled \x1b[1msrc/components/terminal/pane.tsx\x1b[0m in 42 ms\r\n'
const chunk = Buffer.from(LINE.repeat(Math.ceil(CHUNK_BYTES / LINE.length))).subarray(0, CHUNK_BYTES)

const NO_RECORDER: LifeRecorder = {
  output: () => {},
  input: () => {},
  resize: () => {},
  mark: () => {},
  finish: () => {},
}
const SECRETS = Array.from({ length: 10 }, (_, index) => `secret-value-${index}-${index}`)

function fail(error: unknown): never {
  throw error
}

/** Megabytes a second that one observer takes: screen, log and `recorder`. */
async function flood(directory: string, recorder: LifeRecorder): Promise<number> {
  const log = await openOutputLog(join(directory, 'log'), fail)
  const first = createEmulator(120, 32, () => {})
  const emulator = createParkingEmulator({ emulator: first, make: () => first, monotonicMs: () => performance.now() })
  const life = createLife({ log, emulator, recorder, toKeep: (told) => told, onProblem: fail })
  const began = performance.now()
  const inFlight: Promise<void>[] = []
  for (let index = 0; index < CHUNKS; index += 1) {
    inFlight.push(life.feed(index * CHUNK_BYTES, chunk, true))
    if (inFlight.length >= IN_FLIGHT) await inFlight.shift()
  }
  await Promise.all(inFlight)
  await new Promise<void>((drawn) => emulator.whenParsed(drawn))
  const seconds = (performance.now() - began) / 1000
  emulator.dispose()
  return (CHUNKS * CHUNK_BYTES) / 1e6 / seconds
}

/** A flood that is recorded; resolves once its last part is sealed. */
async function recordedFlood(directory: string): Promise<number> {
  let onSealed: () => void = () => {}
  const recorders = startRecorderThread({
    script: new URL('../dist/recorder.mjs', import.meta.url),
    recordingsDir: join(directory, 'recordings'),
    logsDir: join(directory, 'logs'),
    onSealed: () => onSealed(),
    onHidden: () => {},
    onProblem: fail,
    onRefused: () => {},
  })
  const recorder = recorders.begin('life', { cols: 120, rows: 32, title: 'bench', secrets: SECRETS })
  const speed = await flood(directory, recorder)
  await new Promise<void>((resolve) => {
    onSealed = resolve
    recorder.finish(CHUNKS * CHUNK_BYTES)
  })
  recorders.stop()
  return speed
}

function redactorSpeed(): number {
  const redactor = createRedactor(SECRETS)
  const text = chunk.toString('latin1')
  const began = performance.now()
  for (let index = 0; index < CHUNKS; index += 1) redactor.push(text)
  return (CHUNKS * CHUNK_BYTES) / 1e6 / ((performance.now() - began) / 1000)
}

/** What recording costs a flood: the same output with it and without it, by turns, in one run. */
export async function measureRecording(): Promise<Figure[]> {
  const speeds = { without: 0, with: 0 }
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const kind of ['without', 'with'] as const) {
      const directory = mkdtempSync(join(tmpdir(), 'stratavore-bench-recording-'))
      const speed = kind === 'with' ? await recordedFlood(directory) : await flood(directory, NO_RECORDER)
      speeds[kind] += speed / ROUNDS
      rmSync(directory, { recursive: true, force: true })
    }
  }
  return [
    { name: 'flood into an observer, not recorded', value: speeds.without, unit: 'MB/s' },
    { name: 'flood into an observer, recorded', value: speeds.with, unit: 'MB/s' },
    { name: 'flood, recorded to not recorded', value: speeds.with / speeds.without, unit: '×' },
    { name: 'redaction alone, 32 KiB chunks', value: redactorSpeed(), unit: 'MB/s' },
  ]
}

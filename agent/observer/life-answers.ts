import { readdir } from 'node:fs/promises'
import type { FindSecrets } from '@/contracts/redaction/redact-text'
import type { Emulator } from './emulator'
import { type Life, rebuildEmulator } from './life'
import { maskSecrets } from './mask-bytes'
import type { OutputLog } from './output-log'

/** What is read of a log before what was asked for: a secret may begin there. */
const LOG_CONTEXT_BYTES = 2_048

export type Answer = { body: object; data?: Uint8Array }

export interface LifeAnswersOptions {
  logsDir: string
  /** Those that go on. */
  lives: ReadonlyMap<string, Promise<Life>>
  openLog(life: string): Promise<OutputLog>
  finderOf(life: string): FindSecrets
  /** Values that must not be told of a life that goes on. */
  secretsOf(life: string): readonly string[]
}

export interface LifeAnswers {
  /**
   * Runs `use` on a life's screen as of the output that came before this call; the screen of one that ended is
   * rebuilt for it.
   */
  withScreen(key: string, use: (life: { emulator: Emulator }, end: number) => Answer): Promise<Answer>
  /** Throws where no output of it is kept. */
  openExistingLog(key: string): Promise<OutputLog>
  snapshot(key: string): Promise<Answer>
  /** What is on a life's screen now, unless that is what was seen: then nothing is drawn, and nothing sent. */
  thumbnailOf(target: { life: string; seen: string | null }): Promise<object[]>
  /** Output from `from` on, counted from the end where that is negative; without secrets. */
  readLog(key: string, from: number, limit: number): Promise<Answer>
  /** The newest of a runner's lives that has a log. */
  newestLife(runnerId: string): Promise<Answer>
}

/** Answers what is asked of lives that go on, and of those that have ended, from their logs. */
export function createLifeAnswers({ logsDir, lives, openLog, finderOf, secretsOf }: LifeAnswersOptions): LifeAnswers {
  async function withScreen(key: string, use: (life: { emulator: Emulator }, end: number) => Answer): Promise<Answer> {
    const held = lives.get(key)
    // The callback is queued before anything is awaited, or later output would slip in.
    if (held !== undefined) return held.then((life) => life.asOfNow(use))
    const log = await openExistingLog(key)
    const emulator = await rebuildEmulator(log, null, () => {})
    try {
      return use({ emulator }, log.end())
    } finally {
      emulator.dispose()
    }
  }

  async function openExistingLog(key: string): Promise<OutputLog> {
    const names = await readdir(logsDir).catch((): string[] => [])
    if (!names.includes(key)) throw new Error('no output of this runner is kept')
    return openLog(key)
  }

  const snapshot = (key: string): Promise<Answer> =>
    withScreen(key, ({ emulator }, end) => {
      const { data, ...body } = emulator.snapshot()
      return { body: { ...body, end }, data }
    })

  async function thumbnailOf({ life: key, seen }: { life: string; seen: string | null }) {
    const life = await lives.get(key)
    if (life === undefined) return []
    const { cols, rows } = life.log.sizes().at(-1) ?? { cols: 0, rows: 0 }
    const versionAt = (end: number): string => `${key.slice(key.lastIndexOf('.') + 1)}.${end}.${cols}x${rows}`
    if (versionAt(life.log.end()) === seen) return []
    const find = finderOf(key)
    return [
      await life.asOfNow(({ emulator }, end) => ({ life: key, version: versionAt(end), ...emulator.thumbnail(find) })),
    ]
  }

  async function readLog(key: string, from: number, limit: number): Promise<Answer> {
    const log = (await lives.get(key))?.log ?? (await openExistingLog(key))
    const end = log.end()
    const start = from < 0 ? Math.max(0, end + from) : from
    const context = Math.min(start, LOG_CONTEXT_BYTES)
    let read = await log.read(start - context, context + limit)
    // Between the two nothing is kept.
    if (read.offset + read.data.length <= start) read = await log.read(start, limit)
    // What is read just now may not have been masked yet.
    const masked = maskSecrets(read.data, secretsOf(key))
    const offset = Math.max(start, read.offset)
    return { body: { offset, end }, data: masked.subarray(offset - read.offset, offset - read.offset + limit) }
  }

  async function newestLife(runnerId: string): Promise<Answer> {
    const prefix = `${runnerId.toLowerCase()}.`
    const names = await readdir(logsDir).catch((): string[] => [])
    const epochs = names.filter((name) => name.startsWith(prefix)).map((name) => Number(name.slice(prefix.length)))
    return { body: { epoch: epochs.length === 0 ? null : Math.max(...epochs) } }
  }

  return { withScreen, openExistingLog, snapshot, thumbnailOf, readLog, newestLife }
}

import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createEmulator } from './emulator'
import { createLife, type Life, rebuildEmulator } from './life'
import { type OutputLog, openOutputLog } from './output-log'
import { type FromObserver, lifeOf, type SampleTarget, type ToObserver } from './protocol'
import { createVitals } from './vitals'

export interface ObserverOptions {
  logsDir: string
  send(message: FromObserver, data?: Uint8Array): void
  onProblem(message: string, error: unknown): void
}

export interface Observer {
  handle(message: ToObserver, data: Buffer): void
}

type Request = Extract<ToObserver, { requestId: number }>
type Answer = { body: object; data?: Uint8Array }

/** Keeps the screens and logs of an agent's runners, and measures their process trees. */
export function createObserver({ logsDir, send, onProblem }: ObserverOptions): Observer {
  const lives = new Map<string, Promise<Life>>()
  const vitals = createVitals()

  const openLog = (life: string): Promise<OutputLog> =>
    openOutputLog(join(logsDir, life), (error) => onProblem(`the output log of ${life} cannot be written`, error))

  const answerer = (life: string) => (answer: string) => send({ type: 'answer', life }, Buffer.from(answer))

  async function beginLife(life: string, size: { cols: number; rows: number }): Promise<Life> {
    const log = await openLog(life)
    log.recordSize(size.cols, size.rows)
    return createLife(log, createEmulator(size.cols, size.rows, answerer(life)))
  }

  async function adoptLife(life: string, size: { cols: number; rows: number }): Promise<Life> {
    const log = await openLog(life)
    return createLife(log, await rebuildEmulator(log, size, answerer(life)))
  }

  /**
   * Runs `use` on a life's screen as of the output that came before this call; the screen of one that ended is
   * rebuilt for it. The callback is queued before anything is awaited, or later output would slip in.
   */
  async function withScreen(key: string, use: (life: Life, end: number) => Answer): Promise<Answer> {
    const held = lives.get(key)
    if (held !== undefined) return held.then((life) => life.asOfNow(use))
    const log = await openExistingLog(key)
    const emulator = await rebuildEmulator(log, null, () => {})
    try {
      return use(createLife(log, emulator), log.end())
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
      return { body: { ...body, end }, data: Buffer.from(data) }
    })

  async function readLog(key: string, from: number, limit: number): Promise<Answer> {
    const log = (await lives.get(key))?.log ?? (await openExistingLog(key))
    const end = log.end()
    const { offset, data } = await log.read(from < 0 ? Math.max(0, end + from) : from, limit)
    return { body: { offset, end }, data }
  }

  async function finish(key: string): Promise<Answer> {
    const answer = await withScreen(key, ({ emulator }, end) => ({ body: { lastLines: emulator.lastLines(), end } }))
    const life = await lives.get(key)
    // Whoever asks from now on reads the files.
    await life?.log.flushed()
    lives.delete(key)
    life?.emulator.dispose()
    return answer
  }

  async function newestLife(runnerId: string): Promise<Answer> {
    const prefix = `${runnerId.toLowerCase()}.`
    const names = await readdir(logsDir).catch((): string[] => [])
    const epochs = names.filter((name) => name.startsWith(prefix)).map((name) => Number(name.slice(prefix.length)))
    return { body: { epoch: epochs.length === 0 ? null : Math.max(...epochs) } }
  }

  async function sample(targets: readonly SampleTarget[]): Promise<Answer> {
    const screens = new Map<string, Life>()
    for (const { runnerId, epoch } of targets) {
      const life = await lives.get(lifeOf(runnerId, epoch))
      if (life !== undefined) screens.set(runnerId, life)
    }
    const reported = (runnerId: string) => screens.get(runnerId)?.emulator.activity() ?? 'unknown'
    return { body: { vitals: await vitals.sample(targets, reported) } }
  }

  async function adopt(key: string, size: { cols: number; rows: number }): Promise<Answer> {
    const adopting = adoptLife(key, size)
    lives.set(key, adopting)
    return { body: { end: (await adopting).log.end() } }
  }

  function answer(request: Request): Promise<Answer> {
    switch (request.type) {
      case 'adopt':
        return adopt(request.life, request)
      case 'finish':
        return finish(request.life)
      case 'snapshot':
        return snapshot(request.life)
      case 'screen':
        return withScreen(request.life, ({ emulator }) => ({ body: emulator.screen(request.ansi) }))
      case 'log':
        return readLog(request.life, request.from, request.limit)
      case 'newestLife':
        return newestLife(request.runnerId)
      case 'sample':
        return sample(request.targets)
    }
  }

  function reply(request: Request): void {
    const { requestId } = request
    answer(request).then(
      ({ body, data }) => send({ type: 'reply', requestId, body }, data),
      (error: unknown) =>
        send({ type: 'failed', requestId, error: error instanceof Error ? error.message : String(error) }),
    )
  }

  /** Callbacks of one promise run in the order they were added: messages of a life keep theirs. */
  function withLife(key: string, use: (life: Life) => void): void {
    lives.get(key)?.then(use, (error: unknown) => onProblem(`the log of ${key} cannot be opened`, error))
  }

  return {
    handle(message, data) {
      switch (message.type) {
        case 'open':
          lives.set(message.life, beginLife(message.life, message))
          return
        case 'feed':
          return withLife(message.life, (life) => {
            const fed = life.feed(message.offset, data, message.live)
            const end = life.log.end()
            void fed.then(() => send({ type: 'taken', life: message.life, end }))
          })
        case 'resize':
          return withLife(message.life, (life) => life.resize(message.cols, message.rows))
        default:
          return reply(message)
      }
    },
  }
}

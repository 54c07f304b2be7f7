import { basename, join } from 'node:path'
import { MAX_REFUSAL_LENGTH } from '@/contracts/agent-protocol/messages'
import type { KeptRecordings } from '@/contracts/recording/kept-recordings'
import { createSecretFinder, type FindSecrets } from '@/contracts/redaction/redact-text'
import type { ProgramSignal } from '@/contracts/terminal/program-signal'
import { createPruner } from '../recording/pruner'
import type { RecordedBeginning } from '../recording/recorder-messages'
import type { LifeRecorder, Recorders, RecorderThreadOptions } from '../recording/recorder-thread'
import type { Clock } from '../recording/recording-clock'
import { findStoredLives } from '../recording/stored-lives'
import { createEmulator, type Emulator } from './emulator'
import { createLife, type Life, rebuildEmulator, USUAL_SIZE } from './life'
import { type Answer, createLifeAnswers } from './life-answers'
import { createNoticeGate, type NoticeGate } from './notice-gate'
import { type OutputLog, openOutputLog } from './output-log'
import { createParkSweeps } from './park-sweeps'
import { createParkingEmulator, type ParkingEmulator } from './parking-emulator'
import { withoutSecrets } from './program-notices'
import type { FromObserver, ProgramSaid, ToObserver } from './protocol'
import { settingsWithoutSecrets } from './settings'
import { createVitals } from './vitals'

export interface ObserverOptions {
  logsDir: string
  recordingsDir: string
  clock: Clock
  /** Starts the thread that records. */
  startRecorders(options: Omit<RecorderThreadOptions, 'script'>): Recorders
  send(message: FromObserver, data?: Uint8Array): void
  onProblem(message: string, error: unknown): void
  /** Told once of each life: its screen was put away for the first time. */
  onParked?(life: string): void
}

export interface Observer {
  handle(message: ToObserver, data: Buffer): void
  /** Does nothing more by itself; what was fed is still written. */
  stop(): void
}

/** By their looks: of a life that has ended no values are known any more, and its log has none. */
const findShapes = createSecretFinder([])
type Request = Extract<ToObserver, { requestId: number }>
type Adoption = Pick<Extract<ToObserver, { type: 'adopt' }>, 'sizes' | 'title' | 'secrets'>
type Noticer = (signal: ProgramSignal) => void

/** Keeps the screens, logs and recordings of an agent's runners, and measures their process trees. */
export function createObserver({
  logsDir,
  recordingsDir,
  clock,
  startRecorders,
  send,
  onProblem,
  onParked = () => {},
}: ObserverOptions): Observer {
  const lives = new Map<string, Promise<Life>>()
  const gates = new Map<string, NoticeGate>()
  /** Values that must not be told of lives that go on. */
  const known = new Map<string, readonly string[]>()
  const finders = new Map<string, FindSecrets>()
  const vitals = createVitals()
  let hasLooked = false
  const pruner = createPruner({ recordingsDir, logsDir, clock, isLive: (life) => lives.has(life), onProblem })
  const recorders = startRecorders({
    logsDir,
    recordingsDir,
    onSealed: pruner.soon,
    onHidden: hide,
    onProblem,
    onRefused: (reason) => send({ type: 'recording', refused: reason?.slice(0, MAX_REFUSAL_LENGTH) ?? null }),
  })

  const openLog = (life: string): Promise<OutputLog> =>
    openOutputLog(join(logsDir, life), (error) => onProblem(`the output log of ${life} cannot be written`, error))

  /** Takes a secret out of what is kept of a life's output. */
  function hide(life: string, from: number, to: number): void {
    const log = lives.get(life)?.then((held) => held.log) ?? openExistingLog(life)
    log.then(
      (kept) => kept.mask(from, to),
      (error: unknown) => onProblem(`a secret cannot be taken out of the log of ${life}`, error),
    )
  }

  function know(life: string, secrets: string[]): void {
    known.set(life, secrets)
    finders.set(life, createSecretFinder(secrets))
  }

  const lifeOf = (life: string, log: OutputLog, emulator: ParkingEmulator, recorder: LifeRecorder): Life =>
    createLife({
      ...{ log, emulator, recorder },
      toKeep: (told) => settingsWithoutSecrets(told, known.get(life) ?? []),
      onProblem: (error) => onProblem(`what the terminal of ${life} is set to cannot be kept`, error),
    })

  const finderOf = (life: string): FindSecrets => finders.get(life) ?? findShapes

  const teller = (life: string) => (said: ProgramSaid) => send({ type: 'said', life, ...said })
  const noticer = (life: string, { secrets }: RecordedBeginning): Noticer => {
    const gate = createNoticeGate(clock.after, ({ kind, text, count }) =>
      send({ type: 'notice', life, kind, text, count }),
    )
    gates.set(life, gate)
    return (signal) => gate.take(withoutSecrets(signal, secrets))
  }
  const answerer = (life: string) => (answer: string) => send({ type: 'answer', life }, Buffer.from(answer))

  const parking = (life: string, emulator: Emulator, onNotice: Noticer) => {
    let wasParked = false
    return createParkingEmulator({
      emulator,
      make: ({ cols, rows }, said) => createEmulator(cols, rows, answerer(life), teller(life), said, onNotice),
      monotonicMs: clock.monotonicMs,
      onParked() {
        if (!wasParked) onParked(life)
        wasParked = true
      },
      onBroken(error) {
        onProblem(`the screen of ${life} failed and begins anew`, error)
        void lives.get(life)?.then(({ recorder }) => recorder.mark('status', 'the screen failed and began anew'))
      },
    })
  }

  const sweeps = createParkSweeps({ clock, screens: () => [...lives.values()] })

  async function beginLife(life: string, beginning: RecordedBeginning): Promise<Life> {
    know(life, beginning.secrets)
    const recorder = recorders.begin(life, beginning)
    const { cols, rows } = beginning
    const log = await openLog(life)
    log.recordSize(cols, rows)
    const onNotice = noticer(life, beginning)
    const emulator = createEmulator(cols, rows, answerer(life), teller(life), undefined, onNotice)
    return lifeOf(life, log, parking(life, emulator, onNotice), recorder)
  }

  async function adoptLife(life: string, { sizes, title, secrets }: Adoption): Promise<Life> {
    know(life, secrets)
    const log = await openLog(life)
    const { cols, rows } = sizes.findLast(({ offset }) => offset <= log.end()) ?? USUAL_SIZE
    const size = { cols, rows }
    const beginning = { ...size, title, secrets }
    const recorder = recorders.adopt(life, beginning)
    const logged = log.sizes().at(-1)
    if (logged?.cols !== cols || logged?.rows !== rows) {
      // Nobody was there to hear of it.
      log.recordSize(cols, rows)
      recorder.resize(cols, rows)
    }
    const tell = teller(life)
    let rebuilt = false
    const onNotice = noticer(life, beginning)
    const emulator = await rebuildEmulator(log, size, answerer(life), (said) => rebuilt && tell(said), onNotice)
    rebuilt = true
    // Of all that it ever said only the last counts, and the agent may have missed that.
    tell(emulator.said())
    return lifeOf(life, log, parking(life, emulator, onNotice), recorder)
  }

  const { withScreen, openExistingLog, snapshot, thumbnailOf, readLog, newestLife } = createLifeAnswers({
    ...{ logsDir, lives, openLog, finderOf },
    secretsOf: (life) => known.get(life) ?? [],
  })

  /** An observer that died may have left the recordings of lives that had ended; those that go on were told before. */
  async function finishLeftBehind(): Promise<void> {
    for (const { path, isLive, segments } of await findStoredLives(recordingsDir, (life) => lives.has(life))) {
      if (isLive || !segments.some(({ inUse }) => inUse)) continue
      const life = basename(path)
      recorders.finishLeft(life, (await openLog(life)).end(), null)
    }
  }

  function keep(kept: KeptRecordings): void {
    pruner.keep(kept)
    if (hasLooked) return
    hasLooked = true
    finishLeftBehind().catch((error: unknown) => onProblem('recordings that were left cannot be ended', error))
  }

  async function finish(key: string, ending: string | null): Promise<Answer> {
    let end = 0
    const find = finderOf(key)
    const answer = await withScreen(key, ({ emulator }, atEnd) => {
      end = atEnd
      return { body: { lastLines: emulator.lastLines(find), end } }
    })
    const life = await lives.get(key)
    if (ending !== null) life?.recorder.mark('status', ending)
    if (life === undefined) recorders.finishLeft(key, end, 'its agent died')
    else life.recorder.finish(end)
    // Whoever asks from now on reads the files.
    await life?.log.flushed()
    lives.delete(key)
    known.delete(key)
    finders.delete(key)
    gates.get(key)?.stop()
    gates.delete(key)
    life?.emulator.dispose()
    return answer
  }

  async function adopt(key: string, beginning: Adoption): Promise<Answer> {
    const adopting = adoptLife(key, beginning)
    lives.set(key, adopting)
    return { body: { end: (await adopting).log.end() } }
  }

  function answer(request: Request): Promise<Answer> {
    switch (request.type) {
      case 'adopt':
        return adopt(request.life, request)
      case 'finish':
        return finish(request.life, request.ending)
      case 'snapshot':
        return snapshot(request.life)
      case 'screen':
        return withScreen(request.life, ({ emulator }) => ({
          body: emulator.screen(request.ansi, finderOf(request.life)),
        }))
      case 'thumbnails':
        return Promise.all(request.targets.map(thumbnailOf)).then((found) => ({ body: { thumbnails: found.flat() } }))
      case 'log':
        return readLog(request.life, request.from, request.limit)
      case 'newestLife':
        return newestLife(request.runnerId)
      case 'sample':
        return vitals.sample(request.targets).then((measured) => ({ body: { vitals: measured } }))
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
        case 'input':
          return withLife(message.life, (life) => life.recorder.input(data))
        case 'resize':
          return withLife(message.life, (life) => life.resize(message.cols, message.rows))
        case 'mark':
          return withLife(message.life, (life) => life.recorder.mark(message.kind, message.label))
        case 'keep':
          return keep(message.kept)
        case 'park':
          return sweeps.parkAfter(message.afterMs)
        default:
          return reply(message)
      }
    },
    stop() {
      for (const gate of gates.values()) gate.stop()
      sweeps.stop()
      pruner.stop()
      recorders.stop()
    },
  }
}

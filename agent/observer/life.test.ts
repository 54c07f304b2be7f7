import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createViewerTerminal, parsed, terminalFacts } from '@/tests/support/terminal/terminal-facts'
import { createEmulator, type Emulator } from './emulator'
import { createLife, type Life, rebuildEmulator } from './life'
import { KEPT_SEGMENTS, openOutputLog, SEGMENT_BYTES } from './output-log'
import { createParkingEmulator } from './parking-emulator'
import { settingsWithoutSecrets } from './settings'

/** Of everything that a program sets and never says again. */
const SETTINGS =
  '\x1b]2;a title\x07\x1b]7501;state=working:app=claude-code\x07\x1b[?2004h\x1b[?1004h\x1b[?1h\x1b[?1002h\x1b[?1006h\x1b[?25l\x1b[5 q\x1b[3g\x1b[11G\x1bH' +
  '\x1b]4;1;rgb:11/22/33\x07\x1b]7;file:///a/directory\x07\x1b[>1u\x1b[6;10H\x1b[35m\x1b7\x1b[m\x1b[?1049h\x1b[4;20r\x1b[32;1m'
/** Those of them that a viewer's terminal has no state of. */
const BESIDES = ['\x1b]4;1;rgb:11/22/33', '\x1b]7;file:///a/directory', '\x1b[>1u']
const SECRET = 'a-value-that-nobody-may-read'
const LINE = Buffer.from(`${'of output '.repeat(102)}\r\n`)
/** More than a log keeps. */
const LINES = ((KEPT_SEGMENTS + 2.5) * SEGMENT_BYTES) / LINE.length

const fail = (error: unknown): never => {
  throw error
}
let directory: string
let life: Life
const open = () => openOutputLog(directory, fail)
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'stratavore-life-'))
  const emulator = createParkingEmulator({
    emulator: createEmulator(80, 24, () => {}),
    make: () => fail('it is not put away'),
    monotonicMs: () => 0,
  })
  const recorder = { output() {}, input() {}, resize() {}, mark() {}, finish() {} }
  const toKeep = (told: Parameters<typeof settingsWithoutSecrets>[0]) => settingsWithoutSecrets(told, [SECRET])
  life = createLife({ log: await open(), emulator, recorder, toKeep, onProblem: fail })
})
afterEach(() => {
  life.emulator.dispose()
  rmSync(directory, { recursive: true, force: true })
})

const feed = (data: Buffer): Promise<void> => life.feed(life.log.end(), data, true)

async function flood(): Promise<void> {
  const chunk = Buffer.concat(Array.from({ length: 64 }, () => LINE))
  for (let fed = 0; fed < LINES; fed += 64) await feed(chunk)
}

/** All but the rows: what stood on them may be older than the log. */
async function settingsOf(emulator: Pick<Emulator, 'snapshot' | 'whenParsed' | 'said'>): Promise<object> {
  const { data, cols, rows, title } = await new Promise<ReturnType<Emulator['snapshot']>>((resolve) =>
    emulator.whenParsed(() => resolve(emulator.snapshot())),
  )
  const terminal = createViewerTerminal(cols, rows)
  terminal.write(data)
  await parsed(terminal)
  const facts = terminalFacts(terminal).filter((fact) => !/^(normal|alternate) \d/.test(fact))
  const besides = BESIDES.filter((sequence) => data.includes(sequence))
  return { facts, besides, title, said: emulator.said() }
}

it('is drawn again as it was set before all that its log keeps', async () => {
  await feed(Buffer.from(SETTINGS))
  await flood()
  await feed(Buffer.from('\x1b[2;2Hthe end'))
  const expected = await settingsOf(life.emulator)
  await life.log.flushed()
  const log = await open()
  expect((await log.read(0, 1)).offset).toBeGreaterThan(SETTINGS.length)
  const rebuilt = await rebuildEmulator(log, { cols: 80, rows: 24 }, () => fail('it answers nothing'))
  expect(await settingsOf(rebuilt)).toEqual(expected)
  expect(expected).toMatchObject({
    title: 'a title',
    besides: BESIDES,
    said: { status: { activity: 'working' } },
  })
  rebuilt.dispose()
})

it('goes on in the size it had then', async () => {
  await feed(Buffer.from('\x1b[?2004h'))
  life.resize(100, 30)
  await flood()
  life.resize(60, 12)
  await feed(Buffer.from('the end'))
  const expected = await settingsOf(life.emulator)
  await life.log.flushed()
  const rebuilt = await rebuildEmulator(await open(), { cols: 60, rows: 12 }, () => fail('it answers nothing'))
  expect(await settingsOf(rebuilt)).toEqual(expected)
  rebuilt.dispose()
})

it('keeps no secret among what it was set to, and nothing of its screen', async () => {
  await feed(Buffer.from(`\x1b]2;${SECRET}\x07\x1b]7;file:///${SECRET}\x07\x1b[?1049hon the screen`))
  await flood()
  await feed(Buffer.from('also on it'))
  await new Promise<void>((drawn) => life.emulator.whenParsed(drawn))
  await life.log.flushed()
  const kept = readFileSync(join(directory, 'settings.json'), 'utf8')
  expect(kept).toContain('?1047h')
  for (const hidden of [SECRET, 'on the screen', 'of output']) expect(kept).not.toContain(hidden)
})

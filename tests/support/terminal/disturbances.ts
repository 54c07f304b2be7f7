import { setTimeout as rest } from 'node:timers/promises'
import { OUTPUT_WINDOW_BYTES } from '@/contracts/terminal/terminal'
import { isAlive, processesOf, signal } from '../processes'
import type { Stack } from '../stack'
import { waitUntil } from '../wait-until'
import { randomSize, untilSame } from './come-and-go'
import type { Line } from './line'
import { openPacedViewer, type PacedViewer } from './paced-viewer'
import { openViewer, type Viewer } from './viewer'

/** What a screen is put away after, in a stack for this. */
export const PARK_SECONDS = 1
/** A daemon that was killed is back, and viewers with it, within this. */
const BACK_MS = 90_000
/** More than a window that fills, and what may be sent again: only a new screen brings such a viewer up to date. */
const TOO_MUCH_BYTES = 2.5 * OUTPUT_WINDOW_BYTES
const BURST_BYTES = 200_000

/** One runner whose program prints what it is typed: who types, one viewer that never leaves, and one that does. */
export interface Scene {
  stack: Stack
  line: Line
  runnerId: string
  random: () => number
  /** The next short piece that the program prints. */
  next: () => string
  driver: PacedViewer
  stays: Viewer
  comes: Viewer
}

export const print = (scene: Scene, pieces: number): void => {
  for (let count = pieces; count > 0; count -= 1) scene.driver.link.send(scene.next())
}

/** So much at once: pieces among many lines. */
function burst(scene: Scene, bytes: number): void {
  const lines = `${'a long line '.repeat(8)}\r\n`.repeat(Math.ceil(bytes / 4 / 98))
  for (let quarter = 0; quarter < 4; quarter += 1) {
    print(scene, 30)
    scene.driver.link.send(lines)
  }
}

function leave(scene: Scene): void {
  scene.comes.close()
}

function come(scene: Scene): void {
  scene.comes = openViewer(scene.stack, scene.runnerId, { url: scene.line.url, readOnly: true })
}

function comeAnew(scene: Scene): void {
  leave(scene)
  come(scene)
}

async function kill(what: string, pid: number | undefined): Promise<void> {
  if (pid === undefined) throw new Error(`there is no ${what} to kill`)
  signal(pid, 'SIGKILL')
  await waitUntil(`the ${what} is dead`, () => !isAlive(pid))
}

/** Long lines and short ones in colours, on an empty screen, some of which a smaller size scrolls off. */
const someText = (random: () => number): string =>
  `\x18\x1bc${Array.from({ length: 30 }, (_, line) => `\x1b[${31 + (line % 7)}mline ${line} ${'of text 日本 '.repeat(Math.floor(random() * 12))}`).join('\r\n')}`

async function untilSized({ stays, comes }: Scene, wanted: { cols: number; rows: number }): Promise<void> {
  const has = ({ terminal }: Viewer) => terminal.cols === wanted.cols && terminal.rows === wanted.rows
  await waitUntil(`both are ${wanted.cols}x${wanted.rows}`, () => has(stays) && has(comes), BACK_MS)
}

/** What a new size makes of a saved cursor is not kept by a snapshot. */
const drawAnew = ({ driver }: Scene): void => driver.link.send('\x18\x1bc')

/** Text is the same in a new size for who was there and for who comes then. */
async function resizeText(scene: Scene): Promise<void> {
  const { stays, driver, random } = scene
  driver.link.send(`${someText(random)}\x1b]2;text\x07`)
  await waitUntil('the text is there', () => stays.title() === 'text', BACK_MS)
  const wanted = randomSize(random)
  driver.link.resize(wanted)
  await untilSized(scene, wanted)
  if (random() < 0.5) comeAnew(scene)
  await untilSame(`text in ${wanted.cols}x${wanted.rows}`, stays, scene.comes)
  drawAnew(scene)
}

/** Takes over from whoever drives, or finds the seat free: with another size. */
async function driveAnew(scene: Scene): Promise<void> {
  const before = scene.driver
  const size = randomSize(scene.random)
  const takesOver = scene.random() < 0.5
  if (!takesOver) before.link.close()
  scene.driver = openPacedViewer(scene.stack, scene.runnerId, { size })
  if (takesOver) scene.driver.link.takeSeat()
  await waitUntil('another drives', () => scene.driver.state().role === 'driver')
  before.link.close()
  await untilSized(scene, size)
  drawAnew(scene)
}

async function fallBehind(scene: Scene): Promise<void> {
  const { comes } = scene
  await waitUntil('it is there', () => comes.state().phase === 'attached', BACK_MS)
  const resyncs = comes.resyncs()
  comes.freeze()
  burst(scene, TOO_MUCH_BYTES)
  scene.driver.link.send('\x18\x1b]2;all of it\x07')
  await waitUntil('the viewer that stays has seen all', () => scene.stays.title() === 'all of it', BACK_MS)
  comes.thaw()
  await waitUntil('the one that froze gets a new screen', () => comes.resyncs() > resyncs, BACK_MS)
}

async function killDaemon(scene: Scene): Promise<void> {
  const pid = (await scene.stack.pids()).daemon ?? undefined
  await kill('daemon', pid)
  await waitUntil('another leads', async () => (await scene.stack.pids()).daemon !== null, BACK_MS)
  const links = () => [scene.stays, scene.comes, scene.driver].map(({ state }) => state().phase)
  await waitUntil('all are back', () => links().every((phase) => phase === 'attached'), BACK_MS)
}

async function killObserver(scene: Scene): Promise<void> {
  const observer = processesOf(scene.stack.home).find(({ command }) => command.includes('dist/observer.mjs'))
  await kill('observer', observer?.pid)
}

/** What happens between the program and its viewers while it prints. */
export const DISTURBANCES: Readonly<Record<string, (scene: Scene) => Promise<void>>> = {
  'nothing happens': async () => undefined,
  'the viewer leaves and comes': async (scene) => comeAnew(scene),
  'its line breaks': async ({ line }) => line.cut(),
  'it freezes for a while': async (scene) => {
    scene.comes.freeze()
    print(scene, 30)
    scene.line.cut()
    print(scene, 30)
    scene.comes.thaw()
  },
  'it freezes past its window': fallBehind,
  'a burst': async (scene) => burst(scene, BURST_BYTES),
  'a burst meets who comes': async (scene) => {
    burst(scene, BURST_BYTES)
    comeAnew(scene)
  },
  'the observer is killed': killObserver,
  'the observer is killed and the viewer comes': async (scene) => {
    await killObserver(scene)
    comeAnew(scene)
  },
  'the daemon is killed': killDaemon,
  'the screen is put away': async (scene) => {
    leave(scene)
    // Nothing is printed and nobody asks for as long as that takes.
    await rest(PARK_SECONDS * 1_700)
    come(scene)
  },
  'a new size': async (scene) => {
    const wanted = randomSize(scene.random)
    scene.driver.link.resize(wanted)
    await untilSized(scene, wanted)
    drawAnew(scene)
  },
  'a new size of text': resizeText,
  'another driver': driveAnew,
}

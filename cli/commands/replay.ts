import { setTimeout as delay } from 'node:timers/promises'
import { createClipboardFilter } from '../attach/clipboard-filter'
import { readKeyboard } from '../attach/keyboard'
import { noticeLine, sizeOf } from '../attach/local-screen'
import { takeTerminal } from '../attach/local-terminal'
import { CLEAR_SCREEN } from '../attach/terminal-modes'
import type { Cli } from '../cli'
import { CliError } from '../cli-error'
import { ExitCode } from '../exit-code'
import { createMisfitNotice } from '../recording/misfit-notice'
import { readEpoch, readNumber, readTime } from '../recording/number-options'
import { createPlayer, type Player } from '../recording/player'
import { findRecordedLife, recordedEvents } from '../recording/recorded-life'
import { resolveRunnerId } from '../runner-id'
import type { Register } from './command'

const HELP = `
Keys:
  Space       pause, go on
  Left Right  5 seconds back, on
  q, Ctrl-C   end`

/** How far an arrow key goes, in seconds. */
const SEEK_SECONDS = 5
/** What the terminal answers to queries that were recorded is read away for this long before a shell reads again. */
const LATE_ANSWERS_MS = 100
/** The longest a timer of Node waits. */
const MAX_TIMER_MS = 2 ** 31 - 1

interface Choices {
  speed: number
  idleLimit?: number
  from: number
  epoch?: number
}

async function waitAtMost(ms: number, signal: AbortSignal): Promise<void> {
  // It rejects when it is woken, which is what it is for.
  await delay(Math.min(ms, MAX_TIMER_MS), undefined, { signal }).catch(() => undefined)
}

const CTRL_C = '\x03'
/** As a terminal sends them, in either mode of its cursor keys. */
const RIGHT = ['\x1b[C', '\x1bOC']
const LEFT = ['\x1b[D', '\x1bOD']

function press(player: Player, keys: string): void {
  const has = (key: string): boolean => keys.includes(key)
  if (has('q') || has(CTRL_C)) player.stop()
  else if (has(' ')) player.togglePause()
  else if (RIGHT.some(has)) player.seek(SEEK_SECONDS)
  else if (LEFT.some(has)) player.seek(-SEEK_SECONDS)
}

async function replay(cli: Cli, id: string, { speed, idleLimit, from, epoch }: Choices): Promise<void> {
  if (!cli.interactive) throw new CliError('replay needs a terminal; without one use export and logs', ExitCode.usage)
  const api = cli.api()
  const life = await findRecordedLife(api, id, epoch ?? null)
  const { stdin, stdout } = cli.process
  const terminal = takeTerminal(cli.process)
  // What was recorded writes nobody's clipboard when it is looked at.
  let harmless = createClipboardFilter()
  const misfit = createMisfitNotice(
    () => sizeOf(stdout),
    (text) => stdout.write(noticeLine(text, sizeOf(stdout))),
  )
  const player = createPlayer({
    open: () => recordedEvents(api, id, life.epoch),
    write: (text) => new Promise((resolve) => stdout.write(harmless(Buffer.from(text)), () => resolve())),
    clear() {
      harmless = createClipboardFilter()
      stdout.write(CLEAR_SCREEN)
      misfit.cleared()
      misfit.drawnFor(life)
    },
    resize: misfit.drawnFor,
    wait(ms, signal) {
      misfit.rest()
      return waitAtMost(ms, signal)
    },
    monotonicMs: () => performance.now(),
    speed,
    idleLimit: idleLimit ?? Number.POSITIVE_INFINITY,
  })
  const keyboard = readKeyboard(stdin, (data) => press(player, Buffer.from(data).toString('latin1')), player.stop)
  for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT'] as const) process.once(signal, player.stop)
  try {
    await player.play(from)
    await delay(LATE_ANSWERS_MS)
  } finally {
    for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT'] as const) process.off(signal, player.stop)
    keyboard.stop()
    terminal.restore()
  }
}

export const registerReplay: Register = (program, cli) => {
  program
    .command('replay')
    .description('play what a runner recorded in this terminal')
    .argument('<id>', 'runner name, or its id or a beginning of it')
    .option('--speed <times>', 'how many times as fast as it was', readNumber(0.1, 1000), 1)
    .option('--idle-limit <seconds>', 'make longer pauses this short', readNumber(0, 86_400))
    .option('--from <time>', 'begin here, in seconds or as 1:30', readTime, 0)
    .option('--epoch <number>', 'an earlier life, by its epoch; default: the newest', readEpoch)
    .addHelpText('after', HELP)
    .action(async (typed: string, options: Choices) => replay(cli, await resolveRunnerId(cli.api(), typed), options))
}

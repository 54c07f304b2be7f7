import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { spawn } from 'node-pty'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { recordingInfo } from '@/contracts/recording/recording'
import { checkout } from '../../support/checkout'
import { createProject, launchRunning, typeLine, untilStatus } from '../../support/launch'
import { type Stack, startStack } from '../../support/stack'
import { waitUntil } from '../../support/wait-until'

/** The whole way: CLI, web, daemon, agent. */
let stack: Stack
let directory: string
let runnerId: string

beforeAll(async () => {
  stack = await startStack()
  directory = mkdtempSync(join(tmpdir(), 'stratavore-cast-'))
  const project = await createProject(stack)
  const runner = await launchRunning(stack, { project: project.name, provider: 'shell' })
  runnerId = runner.id
  await typeLine(
    stack,
    runnerId,
    'echo "日本 $((6*7))"; sleep 1.5; printf "\\033[31mred\\033[0m AKIAABCDEFGHIJKLMNOP\\n"',
  )
  await typeLine(stack, runnerId, 'exit 0')
  await untilStatus(stack, runnerId, ['terminated'])
  await waitUntil('it is sealed', async () => !(await life()).growing)
}, 120_000)
afterAll(async () => {
  rmSync(directory, { recursive: true, force: true })
  await stack.stop()
})

async function life() {
  const { lives } = recordingInfo.parse(await stack.api.recording.info.query({ id: runnerId }))
  const [only] = lives
  if (only === undefined) throw new Error('nothing is recorded')
  return only
}

/** asciicast v2, by its specification: https://docs.asciinema.org/manual/asciicast/v2/ */
const castHeader = z.object({
  version: z.literal(2),
  width: z.number().int().positive(),
  height: z.number().int().positive(),
  timestamp: z.number().int().optional(),
  duration: z.number().optional(),
  idle_time_limit: z.number().optional(),
  command: z.string().optional(),
  title: z.string().optional(),
  env: z.record(z.string(), z.string()).optional(),
  theme: z.object({ fg: z.string(), bg: z.string(), palette: z.string() }).optional(),
})
const castEvent = z.union([
  z.tuple([z.number().nonnegative(), z.enum(['o', 'i', 'm']), z.string()]),
  z.tuple([z.number().nonnegative(), z.literal('r'), z.string().regex(/^\d+x\d+$/)]),
])

function parseCast(text: string) {
  const [header, ...lines] = text
    .trimEnd()
    .split('\n')
    .map((line): unknown => JSON.parse(line))
  const events = z.array(castEvent).parse(lines)
  const times = events.map(([at]) => at)
  expect(times).toEqual([...times].sort((a, b) => a - b))
  return { header: castHeader.strict().parse(header), events }
}

it('is exported as asciicast v2, to a file of the user alone or to stdout', async () => {
  const file = join(directory, 'a.cast')
  expect(await stack.cli(['export', runnerId.slice(0, 8), '--cast', file])).toMatchObject({ code: 0, stdout: '' })
  expect(statSync(file).mode & 0o777).toBe(0o600)
  const text = readFileSync(file, 'utf8')
  expect((await stack.cli(['export', runnerId, '--cast', '-'])).stdout).toBe(text)
  const { header, events } = parseCast(text)
  expect(header).toMatchObject({ width: 120, height: 32, env: { TERM: 'xterm-256color' } })
  expect(header.timestamp).toBe(Math.floor(Date.parse((await life()).startedAt) / 1000))
  const output = events.filter(([, code]) => code === 'o').map(([, , data]) => data)
  expect(output.join('')).toContain('日本 42\r\n')
  expect(output.join('')).toContain('\x1b[31mred\x1b[0m [redacted]\r\n')
  expect(text).not.toContain('AKIA')
  expect(events.at(-1)?.slice(1)).toEqual(['m', 'status: ended with exit code 0'])
})

it('says what is not there, with the exit code of that', async () => {
  const unknown = '11111111-1111-4111-8111-111111111111'
  expect(await stack.cli(['export', unknown, '--cast', '-'])).toMatchObject({ code: 3, stdout: '' })
  expect(await stack.cli(['export', runnerId, '--cast', '-', '--epoch', '7'])).toMatchObject({ code: 3, stdout: '' })
  const nowhere = join(directory, 'no', 'where')
  expect(await stack.cli(['export', runnerId, '--cast', nowhere])).toMatchObject({ code: 1, stdout: '' })
  expect(await stack.cli(['replay', runnerId])).toMatchObject({ code: 2, stdout: '' })
  expect(await stack.cli(['replay', runnerId, '--speed', 'fast'])).toMatchObject({ code: 2, stdout: '' })
})

it('finds text of its output, without its colours', async () => {
  const { epoch } = await life()
  const found = await stack.api.recording.search.query({ id: runnerId, epoch, text: 'RED [' })
  expect(found.hits.map(({ line }) => line)).toContain('red [redacted]')
  expect(found.more).toBe(false)
})

/** Replays in a real terminal; `keys` is typed when the first output of the recording is there. */
async function replayed(
  args: string[],
  keys: string | null,
  size = { cols: 80, rows: 24 },
): Promise<{ screen: string; seconds: number }> {
  const script = `stty -g | sed 's/^/before=/'; "$@"; echo "code=$?"; stty -g | sed 's/^/after=/'; echo finished`
  const command = [process.execPath, join(checkout, 'dist/cli.mjs'), 'replay', runnerId, ...args]
  const pty = spawn('/bin/sh', ['-c', script, 'sh', ...command], {
    ...size,
    env: { PATH: process.env.PATH, HOME: stack.userHome, STRATAVORE_HOME: stack.home, TERM: 'xterm-256color' },
  })
  const began = performance.now()
  let screen = ''
  let isTyped = keys === null
  pty.onData((data) => {
    screen += data
    if (isTyped || !screen.includes('日本 42')) return
    isTyped = true
    pty.write(keys ?? '')
  })
  await waitUntil('the replay ends', () => screen.includes('finished\r\n'), 20_000)
  return { screen, seconds: (performance.now() - began) / 1000 }
}
const field = (screen: string, name: string) => new RegExp(`${name}=(\\S+)\\s`).exec(screen)?.[1]

it('is replayed in a terminal, which is as it was afterwards', async () => {
  const { screen } = await replayed(['--speed', '20'], null)
  expect(screen).toContain('日本 42\r\n')
  expect(screen).toContain('\x1b[31mred\x1b[0m [redacted]')
  expect(field(screen, 'code')).toBe('0')
  expect(field(screen, 'after')).toBe(field(screen, 'before'))
  expect(screen.slice(screen.indexOf('[redacted]'))).toContain('\x1b[?25h')
}, 30_000)

it('stops when it is told', async () => {
  const { screen } = await replayed(['--speed', '0.1'], 'q')
  expect(screen).not.toContain('[redacted]\r\n')
  expect(field(screen, 'after')).toBe(field(screen, 'before'))
}, 30_000)

it('says where the terminal is smaller than what was recorded, and only there', async () => {
  const smaller = await replayed(['--speed', '20'], null)
  expect(smaller.screen).toContain('its screen is 120x32, this one 80x24')
  const fitting = await replayed(['--speed', '20'], null, { cols: 120, rows: 32 })
  expect(fitting.screen).toContain('日本 42')
  expect(fitting.screen).not.toContain('its screen is')
}, 60_000)

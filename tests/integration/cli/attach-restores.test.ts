import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type IPty, spawn } from 'node-pty'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { bundleCli } from '@/cli/bundle-for-test'
import { FAKE_TOKEN, type FakeApiServer, fakeRunner, startFakeApiServer } from '@/cli/fake-api-server'
import { type FakeTerminalServer, startFakeTerminalServer } from '@/client/terminal/fake-terminal-server'

const ROOT = join(import.meta.dirname, '../../..')
const RUNNER = fakeRunner()
/** The CLI, a shell around it that outlives it, and both states of the terminal. */
const SCRIPT = `stty -g | sed 's/^/before=/'; "$@"; echo "code=$?"; stty -g | sed 's/^/after=/'; read -r never`

// A real program in a real terminal; the terminal's settings are read by name, which Linux has.
describe.skipIf(process.platform !== 'linux')('attach in a real terminal', () => {
  let api: FakeApiServer
  let terminal: FakeTerminalServer
  let home: string
  let pty: IPty
  let screen = ''
  let cli: Awaited<ReturnType<typeof bundleCli>>

  const eventually = (check: () => void) => vi.waitFor(check, { timeout: 15_000, interval: 10 })
  const typed = () => Buffer.concat(terminal.typed).toString()
  /** Whole: what follows it is there too. */
  const field = (name: string) => new RegExp(`${name}=(\\S+)\\s`).exec(screen)?.[1]
  const cliPid = () => Number(readFileSync(`/proc/${pty.pid}/task/${pty.pid}/children`, 'utf8').trim())

  beforeAll(async () => {
    cli = await bundleCli()
  })
  afterAll(() => cli.remove())

  async function attach(...flags: string[]): Promise<void> {
    const command = [process.execPath, cli.program, 'attach', RUNNER.id, ...flags]
    pty = spawn('/bin/sh', ['-c', SCRIPT, 'sh', ...command], {
      cols: 80,
      rows: 24,
      cwd: ROOT,
      env: { PATH: process.env.PATH, STRATAVORE_HOME: home, STRATAVORE_URL: api.url, STRATAVORE_TOKEN: FAKE_TOKEN },
    })
    screen = ''
    const mine = pty
    // What the one before still prints is not ours.
    mine.onData((data) => {
      if (pty === mine) screen += data
    })
    await eventually(() => expect(screen).toContain('snapshot'))
  }

  async function restored(code: number): Promise<void> {
    await eventually(() => expect(field('after')).toBeDefined())
    expect(field('code')).toBe(String(code))
    expect(field('after')).toBe(field('before'))
    const last = screen.slice(screen.indexOf('snapshot'))
    for (const off of ['\x1b[?1049l', '\x1b[?2004l', '\x1b[?1003l', '\x1b[?1004l', '\x1b[?25h', '\x1b[0m', '\x1b[<99u'])
      expect(last).toContain(off)
  }

  beforeEach(async () => {
    api = await startFakeApiServer()
    api.runners.push(RUNNER)
    terminal = await startFakeTerminalServer(api.http)
    api.issueTicket = terminal.ticket
    terminal.write('snapshot\x1b[?1049h\x1b[?2004h\x1b[?1003h')
    home = mkdtempSync(join(tmpdir(), 'stratavore-attach-'))
  })
  afterEach(async () => {
    pty.kill('SIGKILL')
    await terminal.stop()
    await api.stop()
    rmSync(home, { recursive: true })
  })

  it('passes keys and sizes, keeps answers back, and detaches', async () => {
    await attach()
    terminal.write('stream\nas it is')
    await eventually(() => expect(screen).toContain('stream\nas it is'))
    pty.write('\x03ö😀\x1b[A\x1b[?62;4c\x1b]11;rgb:0/0/0\x07\r')
    await eventually(() => expect(typed()).toBe('\x03ö😀\x1b[A\r'))
    pty.write('\x1b')
    await eventually(() => expect(typed().endsWith('\r\x1b')).toBe(true))
    pty.resize(100, 30)
    await eventually(() => expect(terminal.sizes.at(-1)).toEqual({ cols: 100, rows: 30 }))
    pty.write('\x1d')
    await restored(0)
    expect(screen).toContain('[detached from')
  })

  it('survives a broken connection', async () => {
    await attach()
    terminal.cut()
    terminal.write('while away')
    await eventually(() => expect(screen).toContain('while away'))
    pty.write('still here')
    await eventually(() => expect(typed()).toBe('still here'))
    pty.write('\x1d')
    await restored(0)
  })

  it('ends with the runner', async () => {
    await attach()
    terminal.emit('exited', { status: 'failed', exitCode: 7, signal: null, reason: null })
    await restored(1)
    expect(screen).toContain('ended with 7')
  })

  it.each(['SIGTERM', 'SIGHUP'] as const)('restores the terminal on %s', async (signal) => {
    await attach()
    process.kill(cliPid(), signal)
    await restored(1)
  })

  it('restores the terminal even when it is killed', async () => {
    await attach()
    process.kill(cliPid(), 'SIGKILL')
    await eventually(() => expect(field('code')).toBe('137'))
    const settings = () => execFileSync('stty', ['-F', `/proc/${pty.pid}/fd/0`, '-g'], { encoding: 'utf8' }).trim()
    await eventually(() => expect(settings()).toBe(field('before')))
    await eventually(() => expect(screen.slice(screen.indexOf('snapshot'))).toContain('\x1b[?1049l'))
  })

  it('says that output was skipped, on the screen that is there since', async () => {
    await attach()
    terminal.snapshot('resync')
    await eventually(() => expect(screen).toContain('output was skipped'))
    expect(screen.lastIndexOf('snapshot')).toBeLessThan(screen.lastIndexOf('output was skipped'))
    pty.write('\x1d')
    await restored(0)
  })

  it('says that somebody else drives, and takes the seat with --take', async () => {
    terminal.role = 'viewer'
    await attach()
    await eventually(() => expect(screen).toContain('watching only'))
    pty.write('x\x1d')
    await restored(0)
    expect(typed()).toBe('')
    pty.kill('SIGKILL')
    await attach('--take')
    await eventually(() => expect(terminal.takeSeats).toBe(1))
    pty.write('y')
    await eventually(() => expect(typed()).toBe('y'))
  })
})

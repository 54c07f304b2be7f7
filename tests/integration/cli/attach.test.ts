import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type IPty, spawn } from 'node-pty'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { attachTerminal } from '../../support/attached-terminal'
import { checkout } from '../../support/checkout'
import { cleanEnvironment } from '../../support/child-environment'
import { createProject, launchRunning } from '../../support/launch'
import { isAlive, signal } from '../../support/processes'
import { type Stack, startStack } from '../../support/stack'
import { waitUntil } from '../../support/wait-until'

/** A shell that outlives the CLI in it, and tells the terminal's settings before and after. */
const SCRIPT = `stty -a | tr '\\n' ' ' | sed 's/^/before=/; s/$/~/'; "$@"; echo "code=$?~"; stty -a | tr '\\n' ' ' | sed 's/^/after=/; s/$/~/'; read -r never`

describe.skipIf(process.platform !== 'linux')('attach, in a real terminal to a real runner', () => {
  let stack: Stack
  let runner: Awaited<ReturnType<typeof launchRunning>>
  let pty: IPty
  let screen = ''

  beforeAll(async () => {
    stack = await startStack()
    const project = await createProject(stack)
    runner = await launchRunning(stack, { project: project.name, provider: 'shell' })
  })
  afterAll(() => stack.stop())
  afterEach(() => pty.kill('SIGKILL'))

  const sees = (part: string) => waitUntil(`the terminal shows ${part}`, () => screen.includes(part))
  const field = (name: string) => waitUntil(name, () => new RegExp(`${name}=([^~]*)~`).exec(screen)?.[1])
  const cliPid = () => Number(readFileSync(`/proc/${pty.pid}/task/${pty.pid}/children`, 'utf8').trim())

  async function attach(...flags: string[]): Promise<void> {
    const command = [process.execPath, join(checkout, 'dist/cli.mjs'), 'attach', runner.id.slice(0, 8), ...flags]
    const settings = { STRATAVORE_HOME: stack.home, STRATAVORE_PORT: `${stack.ports.port}` }
    pty = spawn('/bin/sh', ['-c', SCRIPT, 'sh', ...command], {
      cols: 90,
      rows: 30,
      cwd: checkout,
      env: cleanEnvironment(settings) as Record<string, string>,
    })
    screen = ''
    pty.onData((data) => {
      screen += data
    })
    await field('before')
    // What tells that keys get through: the runner's shell has answered one.
    pty.write('echo re""ady\r')
    await sees('ready')
  }

  it('types, shows, sizes, passes Ctrl-C on, and Ctrl-] leaves the terminal as it was', async () => {
    await attach()
    pty.write('echo $((6*7))\r')
    await sees('42\r\n')
    pty.resize(101, 31)
    await waitUntil('the size arrives', async () => {
      const { cols, rows } = await stack.api.runner.screen.query({ id: runner.id })
      return cols === 101 && rows === 31
    })
    pty.write('sh -c \'echo sle""eping; exec sleep 1000\'\r')
    await sees('sleeping')
    pty.write('\x03')
    pty.write('echo in""terrupted\r')
    await sees('interrupted')
    pty.write('\x1d')
    expect(await field('code')).toBe('0')
    // Its size is the one thing that did change.
    const settings = (text: string) => text.replace(/rows \d+; columns \d+;/, '')
    expect(settings(await field('after'))).toBe(settings(await field('before')))
    expect(isAlive(runner.pid ?? 0)).toBe(true)
  })

  it('is left as it was also by kill -9', async () => {
    await attach()
    pty.write('printf "\\033[?1049h\\033[?2004h"; echo al""t\r')
    await sees('alt')
    signal(cliPid(), 'SIGKILL')
    expect(await field('code')).toBe('137')
    const settings = () =>
      execFileSync('stty', ['-F', `/proc/${pty.pid}/fd/0`, '-a'], { encoding: 'utf8' })
        .replaceAll('\n', ' ')
        .trim()
    const before = (await field('before')).trim()
    await waitUntil('the settings are back', () => settings() === before)
    await waitUntil('the main screen is back', () => screen.slice(screen.lastIndexOf('alt')).includes('\x1b[?1049l'))
    expect(isAlive(runner.pid ?? 0)).toBe(true)
  })

  it('two of them and a browser at once: all see all, and each gives its terminal back by itself', async () => {
    await attach()
    const command = [join(checkout, 'dist/cli.mjs'), 'attach', runner.id, '--read-only']
    const settings = { STRATAVORE_HOME: stack.home, STRATAVORE_PORT: `${stack.ports.port}` }
    const env = cleanEnvironment(settings) as Record<string, string>
    const watcher = spawn(process.execPath, command, { cols: 90, rows: 30, env })
    let watched = ''
    watcher.onData((data) => {
      watched += data
    })
    const browser = await attachTerminal(stack, runner.id, { readOnly: true })
    await waitUntil('all are there', () => browser.state().presence.clients.length === 3)
    // That of the one that was killed is kept for a moment, and then goes to who came to drive.
    await waitUntil('the seat is had', () => {
      const { driver } = browser.state().presence
      return driver !== null && !driver.away
    })
    pty.write('echo to a""ll\r')
    await sees('to all')
    await browser.sees('to all')
    await waitUntil('the one that watches sees it', () => watched.includes('to all'))

    watcher.write('\x1d')
    await waitUntil('it has left', () => watched.includes('detached from'))
    await waitUntil('two are left', () => browser.state().presence.clients.length === 2)
    pty.write('printf "\\033[?1049h"; echo on the other scr""een\r')
    await browser.sees('on the other screen')
    pty.write('\x1d')
    expect(await field('code')).toBe('0')
    expect(screen.slice(screen.lastIndexOf('on the other screen'))).toContain('\x1b[?1049l')
    await waitUntil('one is left', () => browser.state().presence.clients.length === 1)
    expect(browser.state().phase).toBe('attached')
    browser.close()
    watcher.kill('SIGKILL')
    await stack.api.runner.send.mutate({ id: runner.id, text: 'printf "\\033[?1049l"', enter: true })
  })

  it('Ctrl-^ asks for the seat and gives it to who asks, and is a key like any other where nobody does', async () => {
    await attach()
    const command = [join(checkout, 'dist/cli.mjs'), 'attach', runner.id]
    const settings = { STRATAVORE_HOME: stack.home, STRATAVORE_PORT: `${stack.ports.port}` }
    const env = cleanEnvironment(settings) as Record<string, string>
    const other = spawn(process.execPath, command, { cols: 90, rows: 30, env })
    let seen = ''
    other.onData((data) => {
      seen += data
    })
    const otherSees = (part: string) => waitUntil(`the other sees ${part}`, () => seen.includes(part))
    // Nobody asks: it is the program's.
    pty.write('echo rea""ding; cat -v\r')
    await sees('reading')
    pty.write('\x1e')
    await sees('^^')
    pty.write('\r')
    await sees('^^\r\n')
    pty.write('\x03')
    await otherSees('drives (Ctrl-^ asks for it')

    other.write('\x1e')
    await sees('asks to drive (Ctrl-^ twice gives them the seat')
    await otherSees('was asked for the seat')
    pty.write('\x1e')
    await sees('once more gives')
    pty.write('\x1e')
    await otherSees('you drive')
    await sees('watching only:')
    other.write('echo han""ded\r')
    await sees('handed')
    other.write('\x1d')
    await otherSees('detached from')
    other.kill('SIGKILL')
    pty.write('\x1d')
    expect(await field('code')).toBe('0')
  })

  it('ends when its terminal is gone in the middle of a flood, also where no hang-up reaches it; the runner goes on', async () => {
    const watcher = await attachTerminal(stack, runner.id, { readOnly: true })
    const command = [process.execPath, join(checkout, 'dist/cli.mjs'), 'attach', runner.id]
    const settings = { STRATAVORE_HOME: stack.home, STRATAVORE_PORT: `${stack.ports.port}` }
    const env = cleanEnvironment(settings) as Record<string, string>
    pty = spawn('/bin/sh', ['-c', 'trap "" HUP; exec "$@"', 'sh', ...command], { cols: 90, rows: 30, env })
    await waitUntil('both are there', () => watcher.state().presence.clients.length === 2)
    const { pid } = pty
    pty.write('yes flo""oding\r')
    await watcher.sees('flooding')
    // Not a signal: its next write fails, and its keyboard ends.
    ;(pty as IPty & { destroy(): void }).destroy()
    await waitUntil('it has ended', () => !isAlive(pid))
    await waitUntil('its seat is free', () => watcher.state().presence.driver === null)
    expect(watcher.state().presence.clients).toHaveLength(1)
    await stack.api.runner.send.mutate({ id: runner.id, text: '\x03' })
    await stack.api.runner.send.mutate({ id: runner.id, text: 'echo goes o""n', enter: true })
    await watcher.sees('goes on')
    watcher.close()
  })

  it('--read-only passes no key', async () => {
    await attach()
    pty.write('\x1d')
    await field('code')
    pty.kill('SIGKILL')
    const logged = async () => (await stack.api.runner.logs.query({ id: runner.id })).end
    const end = await logged()
    const command = [process.execPath, join(checkout, 'dist/cli.mjs'), 'attach', runner.id, '--read-only']
    const settings = { STRATAVORE_HOME: stack.home, STRATAVORE_PORT: `${stack.ports.port}` }
    screen = ''
    pty = spawn(command[0] ?? '', command.slice(1), {
      cols: 101,
      rows: 31,
      env: cleanEnvironment(settings) as Record<string, string>,
    })
    pty.onData((data) => {
      screen += data
    })
    await sees('ready')
    pty.write('echo smuggled\r\x1d')
    await sees('detached')
    expect(await logged()).toBe(end)
  })
})

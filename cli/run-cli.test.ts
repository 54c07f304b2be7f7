import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { DeadEvent, Event } from '@/contracts/event/event'
import { FAKE_TOKEN, type FakeApiServer, fakeRunner, fakeStatus, startFakeApiServer } from './fake-api-server'
import { runCli } from './run-cli'

const NOW = new Date('2026-01-01T00:05:00.000Z')

describe('runCli', () => {
  let server: FakeApiServer
  let home: string

  async function run(args: string[], env: Record<string, string> = {}, stdin = '') {
    const out = new PassThrough()
    const err = new PassThrough()
    const input = new PassThrough()
    input.end(stdin)
    const [exitCode] = await Promise.all([
      runCli(args, {
        env: { STRATAVORE_HOME: home, STRATAVORE_URL: server.url, STRATAVORE_TOKEN: FAKE_TOKEN, ...env },
        cwd: '/srv',
        // No command without a terminal uses more of these than a stream has.
        stdin: input as unknown as NodeJS.ReadStream,
        stdout: out as unknown as NodeJS.WriteStream,
        stderr: err as unknown as NodeJS.WriteStream,
        now: () => NOW,
      }).finally(() => {
        out.end()
        err.end()
      }),
    ])
    return { exitCode, stdout: await text(out), stderr: await text(err) }
  }

  beforeEach(async () => {
    server = await startFakeApiServer()
    home = mkdtempSync(join(tmpdir(), 'stratavore-cli-'))
  })
  afterEach(async () => {
    await server.stop()
    rmSync(home, { recursive: true })
  })

  it.each([
    ['an unknown flag', ['runners', '--nosuch'], 2],
    ['too many arguments', ['show', 'a', 'b'], 2],
    ['a missing argument', ['launch'], 2],
    ['an unknown provider', ['launch', 'demo', '--provider', 'nosuch'], 2],
    ['a count of none', ['launch', 'demo', '--count', '0'], 2],
    ['no argument without a terminal', [], 2],
    ['attach without a terminal', ['attach', '3b1f8a52-6a0e-4a6a-9c5b-0f6a5a1b2c3d'], 2],
    ['an origin that is none', ['--url', 'nonsense', 'runners'], 2],
    ['an unknown project', ['launch', 'nosuch'], 3],
    ['an unknown project, smartly', ['nosuch'], 3],
    ['an unknown id', ['show', '3b1f8a52-6a0e-4a6a-9c5b-0f6a5a1b2c3d'], 3],
    ['a beginning nobody has', ['show', 'ffff'], 3],
    ['something that is no id', ['show', 'zzz'], 3],
    ['kill of nothing named', ['kill'], 2],
    ['nothing to take down', ['down'], 5],
    ['dead events without a name', ['events', 'dead', 'retry'], 2],
    ['dead events by name and all', ['events', 'dead', 'retry', 'abc', '--all'], 2],
    ['a dead event nobody has', ['events', 'dead', 'retry', 'abc'], 3],
    ['a whole id that is not dead', ['events', 'dead', 'retry', '3b1f8a52-6a0e-4a6a-9c5b-0f6a5a1b2c3d'], 3],
  ])('exits for %s', async (_what, args, expected) => {
    const { exitCode, stderr } = await run(args)
    expect(exitCode).toBe(expected)
    expect(stderr).toMatch(/stratavore: .+\n$/)
    expect(stderr).not.toMatch(/ {4}at /)
  })

  it('exits with 5 when nobody answers, saying how to start', async () => {
    const { exitCode, stderr } = await run(['runners'], { STRATAVORE_URL: 'http://127.0.0.1:9' })
    expect(exitCode).toBe(5)
    expect(stderr).toMatch(/^stratavore: no server answers .*stratavore up\n$/)
  })

  it('exits with 1 and one line when it is not let in', async () => {
    const { exitCode, stderr } = await run(['runners'], { STRATAVORE_TOKEN: 'wrong' })
    expect(exitCode).toBe(1)
    expect(stderr).toBe('stratavore: Sign in first.\n')
  })

  it('exits with 1 when another program answers on that port', async () => {
    const { createServer } = await import('node:http')
    const other = createServer((_request, response) => response.end('<html>'))
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const address = other.address()
    const port = typeof address === 'object' ? address?.port : 0
    const { exitCode, stderr } = await run(['runners'], { STRATAVORE_URL: `http://127.0.0.1:${port}` })
    other.close()
    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr: 'stratavore: the server answered with HTTP status 200, not as Stratavore does\n',
    })
  })

  it('does not try for ever to follow events it may not see', async () => {
    const { exitCode } = await run(['events', '--follow'], { STRATAVORE_TOKEN: 'wrong' })
    expect(exitCode).toBe(1)
  })

  it('exits with 2 and names the setting that is wrong', async () => {
    const { exitCode, stderr } = await run(['config', 'show'], { STRATAVORE_PORT: 'seven' })
    expect(exitCode).toBe(2)
    expect(stderr).toContain('STRATAVORE_PORT')
  })

  it("prints the API's own object for launch --json, an array with --count", async () => {
    const one = await run(['launch', 'demo', '--json'])
    expect(one.exitCode).toBe(0)
    expect(JSON.parse(one.stdout)).toEqual(server.runners[0])
    const two = await run(['launch', 'demo', '--json', '--count', '2'])
    expect(JSON.parse(two.stdout)).toHaveLength(2)
  })

  it('prints what launched and exits with 4 when the quota refused the others', async () => {
    server.quota = 3
    const { exitCode, stdout, stderr } = await run(['launch', 'demo', '--json', '--count', '10'])
    expect(exitCode).toBe(4)
    expect(JSON.parse(stdout)).toHaveLength(3)
    expect(stderr).toContain('7 of 10 not launched')
  })

  it('notify test: 0 when all channels work, 1 when one does not or none is set up, and says how to set one up', async () => {
    const none = await run(['notify', 'test'])
    expect(none).toMatchObject({ exitCode: 1, stdout: '' })
    expect(none.stderr).toContain('no channel is set up. ntfy: Set NTFY_URL.')
    server.notifyTest = { results: [{ channel: 'ntfy', ok: true, detail: 'sent' }] }
    expect(await run(['notify', 'test'])).toMatchObject({ exitCode: 0, stdout: 'ok       ntfy: sent\n', stderr: '' })
    server.notifyTest.results.push({ channel: 'webhook', ok: false, detail: 'HTTP 500' })
    const failed = await run(['notify', 'test', '--json'])
    expect(failed.exitCode).toBe(1)
    expect(JSON.parse(failed.stdout)).toEqual(server.notifyTest)
  })

  it('notify settings: shows and sets, and refuses what it cannot mean', async () => {
    const args = ['--off', 'node_lost', '--on', 'daily_summary', '--quiet', '22:30-07:00', '--time-zone', 'Asia/Tokyo']
    expect((await run(['notify', 'settings', 'set', ...args])).exitCode).toBe(0)
    expect(server.notifySettings).toMatchObject({
      enabled: { node_lost: false, daily_summary: true, runner_failed: true },
      quietHours: { from: '22:30', to: '07:00' },
      timeZone: 'Asia/Tokyo',
    })
    const shown = await run(['notify', 'settings'])
    expect(shown.stdout).toMatch(/node_lost\s+off/)
    expect(shown.stdout).toContain('quiet hours    22:30-07:00')
    await run(['notify', 'settings', 'set', '--quiet', 'none'])
    expect(JSON.parse((await run(['notify', 'settings', '--json'])).stdout).quietHours).toBeNull()
    for (const bad of [[], ['--on', 'nosuch'], ['--quiet', 'always'], ['--time-zone', 'Mars'], ['--summary-at', '8']])
      expect((await run(['notify', 'settings', 'set', ...bad])).exitCode).toBe(2)
    expect((await run(['notify', 'list', '--limit', '0'])).exitCode).toBe(2)
    expect((await run(['notify', 'list'])).stdout).toBe('Nothing was told yet.\n')
  })

  it('says which runners a beginning may mean', async () => {
    server.runners.push(fakeRunner({ id: 'aaaaaaaa-1111-4111-8111-111111111111' }))
    server.runners.push(fakeRunner({ id: 'aaaaaaaa-1222-4222-8222-222222222222' }))
    const ambiguous = await run(['show', 'aaaa'])
    expect(ambiguous.exitCode).toBe(2)
    expect(ambiguous.stderr).toContain('aaaaaaaa-11 (demo), aaaaaaaa-12 (demo)')
    const clear = await run(['show', 'AAAAAAAA-12', '--json'])
    expect(JSON.parse(clear.stdout).id).toBe('aaaaaaaa-1222-4222-8222-222222222222')
  })

  it('lists runners in a table without colours in a pipe, hostile names inert', async () => {
    server.runners.push(fakeRunner({ id: 'bbbbbbbb-1111-4111-8111-111111111111', name: 'x\x1b]0;pwned\x07\u202ey' }))
    const { stdout } = await run(['runners'])
    expect(stdout).toMatchInlineSnapshot(`
      "ID        PROJECT  PROVIDER  STATUS        NODE   PID   AGE  CPU  MEMORY  TOKENS  NAME
      bbbbbbbb  demo     shell     running idle  local  4711  5m   2%   12 MB   0       x\\x1b]0;pwned\\x07\\u202ey
      "
    `)
  })

  it('prints hostile JSON inert and equal', async () => {
    server.runners.push(fakeRunner({ name: '\u009b31m\x1b\u202e' }))
    const { stdout } = await run(['runners', '--json'])
    expect(stdout.replaceAll('\n', '')).not.toMatch(/\p{C}/u)
    expect(JSON.parse(stdout)).toEqual(server.runners)
  })

  it('stops all of a project, and reports one that cannot be stopped', async () => {
    server.runners.push(fakeRunner(), fakeRunner({ project: 'other' }), fakeRunner({ status: 'terminated' }))
    expect((await run(['kill', '--project', 'demo'])).exitCode).toBe(0)
    expect(server.runners.map((runner) => runner.status)).toEqual(['stopping', 'running', 'terminated'])
    const again = await run(['kill', server.runners[2]?.id ?? ''])
    expect(again.exitCode).toBe(1)
    expect(again.stderr).toContain('already ended')
  })

  it('sends text as it is, flags behind --', async () => {
    const runner = fakeRunner()
    server.runners.push(runner)
    await run(['send', runner.id.slice(0, 8), 'echo hi', '--enter'])
    await run(['send', runner.id, '--', '--settings=x'])
    expect(server.sent).toEqual([
      { id: runner.id, text: 'echo hi', enter: true },
      { id: runner.id, text: '--settings=x', enter: false },
    ])
  })

  it('prints logs as plain text however they are cut, and raw on request', async () => {
    const runner = fakeRunner({ status: 'terminated' })
    server.runners.push(runner)
    server.log = Buffer.from('\x1b[1;31mrot\x1b[0m \x1b]0;title\x07grün\r\n\x1b]52;c;AAAA\x1b\\end\n')
    expect((await run(['logs', runner.id, '-f'])).stdout).toBe('rot grün\nend\n')
    expect((await run(['logs', runner.id, '--raw', '--all', '-f'])).stdout).toBe(server.log.toString())
  })

  it('follows events over the token and ends with the refusal of the server', async () => {
    const event: Event = {
      seq: 7,
      id: '3b1f8a52-6a0e-4a6a-9c5b-0f6a5a1b2c3d',
      type: 'runner.started',
      at: NOW.toISOString(),
      actor: { kind: 'daemon', name: 'daemon' },
      subject: { type: 'runner', id: 'abc' },
      project: 'demo',
      data: {},
    }
    server.events.push(event)
    const { stdout, exitCode } = await run(['events', '--follow', '--json'])
    expect(JSON.parse(stdout.split('\n')[0] ?? '')).toEqual(event)
    expect(exitCode).toBe(1)
  })

  it('lists dead events and sends them again by the beginning of an id, or all', async () => {
    const dead = (id: string): DeadEvent => ({
      seq: 7,
      id,
      type: 'runner.started',
      at: NOW.toISOString(),
      actor: { kind: 'daemon', name: 'daemon' },
      subject: { type: 'runner', id: 'abc' },
      project: 'demo',
      data: {},
      routingKey: 'runner.started.demo',
      attempts: 12,
      lastError: 'returned: no queue\x1b[31m',
      deadAt: '2026-01-01T00:00:00.000Z',
    })
    const first = dead('aaaaaaaa-1111-4111-8111-111111111111')
    server.deadEvents.push(
      first,
      dead('aaaaaaaa-1222-4222-8222-222222222222'),
      dead('bbbbbbbb-1111-4111-8111-111111111111'),
    )
    expect((await run(['events', 'dead'])).stdout.split('\n').slice(0, 2)).toEqual([
      'ID        PARKED  ROUTING KEY          SUBJECT     TRIES  LAST ERROR',
      'aaaaaaaa  5m      runner.started.demo  runner abc  12     returned: no queue\\x1b[31m',
    ])
    expect(JSON.parse((await run(['events', 'dead', '--json'])).stdout)).toMatchObject({
      total: 3,
      events: [first, {}, {}],
    })
    expect((await run(['events', 'dead', 'retry', 'aaaa'])).exitCode).toBe(2)
    expect((await run(['events', 'dead', 'retry', 'AAAAAAAA-11'])).stdout).toBe('1 sent again\n')
    expect(JSON.parse((await run(['events', 'dead', 'retry', '--all', '--json'])).stdout)).toEqual({ retried: 2 })
    expect((await run(['events', 'dead'])).stdout).toBe('No event is parked.\n')
  })

  it('creates a project in the present directory', async () => {
    await run(['new', 'fresh'])
    expect(server.projects.at(-1)).toMatchObject({ name: 'fresh', path: '/srv' })
    await run(['projects', 'new', 'other', '--path', '../opt/x'])
    expect(server.projects.at(-1)).toMatchObject({ name: 'other', path: '/opt/x' })
  })

  it('deletes a project only when told so', async () => {
    expect((await run(['projects', 'delete', 'demo'])).exitCode).toBe(2)
    expect(server.projects).toHaveLength(1)
    expect((await run(['projects', 'delete', 'demo', '--yes'])).exitCode).toBe(0)
    expect(server.projects).toHaveLength(0)
  })

  it('masks secrets in config show', async () => {
    const { stdout } = await run(['config', 'show', '--source'], { DATABASE_URL: 'postgres://me:hunter2@db/x' })
    expect(stdout).toMatch(/databaseUrl +\*+ +environment/)
    expect(stdout).not.toContain('hunter2')
  })

  it('completes commands, flags, choices, projects and runners', async () => {
    server.runners.push(fakeRunner({ id: 'cccccccc-1111-4111-8111-111111111111' }))
    const complete = async (...words: string[]) => (await run(['__complete', '--', ...words])).stdout.trim().split('\n')
    expect(await complete('')).toEqual(expect.arrayContaining(['launch', 'attach', 'demo']))
    expect(await complete('launch', '')).toEqual(['demo'])
    expect(await complete('launch', 'demo', '--')).toContain('--provider')
    expect(await complete('launch', '--provider', '')).toContain('claude')
    expect(await complete('attach', '')).toEqual(['cccccccc'])
    expect(await complete('completion', '')).toEqual(['bash', 'zsh', 'fish'])
    expect(await complete('projects', 's')).toContain('show')
  })

  it('doctor tells what is off and how to turn it on, and is content with that', async () => {
    server.health.checks = [
      { name: 'database', ok: true, off: false, detail: 'answered in 0.4 ms', hint: null },
      { name: 'broker', ok: true, off: true, detail: 'in process, ready', hint: 'AMQP_URL=amqp://... uses RabbitMQ.' },
    ]
    const { exitCode, stdout } = await run(['doctor'])
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/^ok {5} {2}database: answered in 0.4 ms$/m)
    expect(stdout).toMatch(/^off {4} {2}broker: in process, ready\. AMQP_URL=amqp:\/\/\.\.\. uses RabbitMQ\.$/m)
  })

  it('doctor tells what is not well and why, and exits with 1', async () => {
    const why = 'RabbitMQ, blocked since 2026-01-01: low on memory\x1b[2J'
    server.health.checks = [{ name: 'broker', ok: false, off: false, detail: why, hint: 'Events wait.' }]
    const { exitCode, stdout } = await run(['doctor'])
    expect(exitCode).toBe(1)
    expect(stdout).toContain('problem  broker: RabbitMQ, blocked since 2026-01-01: low on memory\\x1b[2J. Events wait.')
    const { stdout: json } = await run(['doctor', '--json'])
    expect(JSON.parse(json)).toContainEqual({ name: 'broker', state: 'problem', detail: `${why}. Events wait.` })
  })

  it('status tells of the broker, whatever its kind, and of events that are not delivered', async () => {
    expect((await run(['status'])).stdout).toMatch(/^broker +in process, ready\nevents waiting +0$/m)
    const broker = { kind: 'amqp', ok: false, state: 'connecting', since: null, error: 'ECONNREFUSED' } as const
    server.status = fakeStatus({ broker, outboxPending: 12, outboxDead: 3 })
    const { stdout } = await run(['status'])
    expect(stdout).toMatch(/^broker +RabbitMQ, connecting: ECONNREFUSED\nevents waiting +12$/m)
    expect(stdout).toMatch(/^events parked +3; see: stratavore events dead$/m)
  })

  it('documents the exit codes in the main help', async () => {
    const { stdout, exitCode } = await run(['--help'])
    expect(exitCode).toBe(0)
    expect(stdout).toContain('4  refused by a quota or a budget')
  })
})

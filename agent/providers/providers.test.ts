import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { SessionMode } from '@/contracts/session/session'
import { NO_SCRIPTS } from '../testing/no-scripts'
import { childEnvironment } from './child-environment'
import { claude } from './claude/claude'
import { parseScript } from './echo/script'
import { findProgram } from './find-program'
import { createProviderRegistry, probeProviders } from './registry'

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'stratavore-providers-'))
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

const integration = {
  hookUrl: 'http://127.0.0.1:1/hook/mine/1',
  telemetryUrl: 'http://127.0.0.1:1/otlp',
  secret: 'the-secret',
  relayScript: "/some dir/it's/hook-relay.mjs",
  runnerId: 'mine',
  epoch: 1,
}
const request = (prompt: string | null, providerSessionId: string | null = null) => ({
  prompt,
  providerSessionId,
  sessionMode: 'new' as SessionMode,
  forkOf: null as string | null,
  cwd: '/',
  env: { HOME: home },
  program: '/nonexistent/program',
  integration,
})
/** What follows Stratavore's own settings. */
const ownArgs = async (...given: Parameters<typeof request>) => (await claude.command(request(...given))).args.slice(2)
const providers = createProviderRegistry(NO_SCRIPTS)
const HOSTILE = ['--settings=/tmp/x', '-p', '--', '-', 'exec', '--resume=x']

describe('a prompt', () => {
  it.each(['claude', 'codex'] as const)('of %s follows `--` whatever it is', async (id) => {
    for (const prompt of HOSTILE) {
      expect((await providers[id].command(request(prompt))).args.slice(-2)).toEqual(['--', prompt])
    }
  })
  it('of gemini and opencode is the value of one argument', async () => {
    for (const prompt of HOSTILE) {
      expect((await providers.gemini.command(request(prompt))).args).toEqual([`--prompt-interactive=${prompt}`])
      expect((await providers.opencode.command(request(prompt))).args).toEqual([`--prompt=${prompt}`])
    }
  })
  it('of a shell is typed, of the fake one argument after the script', async () => {
    expect(await providers.shell.command(request('ls -l'))).toEqual({ args: ['-l'], typed: 'ls -l\r' })
    expect((await providers.echo.command(request('--eval'))).args).toEqual(['/nonexistent/echo.mjs', '--eval'])
  })
})

describe('a session', () => {
  const id = '0b54be8b-45f3-4d3e-8d6f-6a5b1f6c0e11'
  it('of claude begins under its id and is resumed once it has a transcript', async () => {
    expect(await ownArgs('hi', id)).toEqual(['--session-id', id, '--', 'hi'])
    mkdirSync(join(home, '.claude/projects/-some-dir'), { recursive: true })
    writeFileSync(join(home, '.claude/projects/-some-dir', `${id}.jsonl`), '')
    expect(await ownArgs(null, id)).toEqual(['--resume', id])
    const elsewhere = { ...request(null, id), env: { HOME: home, CLAUDE_CONFIG_DIR: '/nonexistent' } }
    expect((await claude.command(elsewhere)).args.slice(2)).toEqual(['--session-id', id])
  })
  it.each(['claude', 'gemini'] as const)('of %s that is to be resumed has to be there', async (provider) => {
    const resume = { ...request(null, id), sessionMode: 'resume' as const }
    await expect(providers[provider].command(resume)).rejects.toMatchObject({ code: 'invalid_input' })
  })
  it('of claude is copied once: a second life goes on with the copy', async () => {
    const parent = 'f3d1c8a2-45f3-4d3e-8d6f-6a5b1f6c0e12'
    const fork = { ...request(null, id), sessionMode: 'fork' as const, forkOf: parent }
    expect((await claude.command(fork)).args.slice(2)).toEqual([
      '--resume',
      parent,
      '--fork-session',
      '--session-id',
      id,
    ])
    await expect(claude.command({ ...fork, forkOf: '--help' })).rejects.toMatchObject({ code: 'invalid_input' })
    mkdirSync(join(home, '.claude/projects/-some-dir'), { recursive: true })
    writeFileSync(join(home, '.claude/projects/-some-dir', `${id}.jsonl`), '')
    expect((await claude.command(fork)).args.slice(2)).toEqual(['--resume', id])
  })
  it.each(['claude', 'codex', 'gemini', 'opencode'] as const)(
    'id of %s that could be a flag is refused',
    async (provider) => {
      for (const bad of ['--help', '../x', '', 'a b']) {
        await expect(providers[provider].command(request(null, bad))).rejects.toMatchObject({ code: 'invalid_input' })
      }
    },
  )
})

describe('what claude is given to report with', () => {
  const launch = async (env: Record<string, string> = {}, cwd = '/') =>
    claude.command({ ...request('hi'), cwd, env: { HOME: home, ...env } })

  it('is in one --settings: hooks over HTTP, the start of a session by the relay, the secret by its name only', async () => {
    const { args, env } = await launch()
    expect(args[0]).toBe('--settings')
    const { hooks } = JSON.parse(args[1] ?? '')
    expect(hooks.PreToolUse[0].hooks[0]).toMatchObject({
      type: 'http',
      url: integration.hookUrl,
      headers: { 'x-stratavore-secret': '$STRATAVORE_HOOK_SECRET' },
      allowedEnvVars: ['STRATAVORE_HOOK_SECRET'],
    })
    const command = `'${process.execPath}' '/some dir/it'\\''s/hook-relay.mjs'`
    expect(hooks.SessionStart[0].hooks[0]).toMatchObject({ type: 'command', command })
    // A hook of these replaces what the program does.
    expect(Object.keys(hooks).filter((name) => name.startsWith('Worktree'))).toEqual([])
    expect(args.join(' ')).not.toContain(integration.secret)
    expect(env).toMatchObject({
      STRATAVORE_HOOK_SECRET: integration.secret,
      STRATAVORE_HOOK_URL: integration.hookUrl,
      CLAUDE_CODE_ENABLE_TELEMETRY: '1',
      OTEL_EXPORTER_OTLP_ENDPOINT: integration.telemetryUrl,
      OTEL_RESOURCE_ATTRIBUTES: 'stratavore.runner=mine,stratavore.epoch=1',
    })
    expect(env).not.toHaveProperty('NO_PROXY')
  })
  it('goes past the user’s proxy', async () => {
    const { env } = await launch({ HTTP_PROXY: 'http://proxy:1', NO_PROXY: 'intranet' })
    expect(env).toMatchObject({ NO_PROXY: 'intranet,127.0.0.1', no_proxy: 'intranet,127.0.0.1' })
  })
  it('leaves telemetry that the user has set up as it is', async () => {
    const isOurs = async (...given: Parameters<typeof launch>) =>
      (await launch(...given)).env?.OTEL_EXPORTER_OTLP_ENDPOINT === integration.telemetryUrl
    expect(await isOurs()).toBe(true)
    expect(await isOurs({ CLAUDE_CODE_ENABLE_TELEMETRY: '0' })).toBe(false)
    expect(await isOurs({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' })).toBe(false)
    mkdirSync(join(home, '.claude'))
    writeFileSync(join(home, '.claude/settings.json'), 'broken')
    expect(await isOurs()).toBe(true)
    writeFileSync(join(home, '.claude/settings.json'), '{"env":{"OTEL_EXPORTER_OTLP_HEADERS":"a=b"}}')
    expect(await isOurs()).toBe(false)
    expect(await isOurs({ CLAUDE_CONFIG_DIR: '/nonexistent' })).toBe(true)
    expect(await isOurs({ CLAUDE_CONFIG_DIR: '/nonexistent' }, home)).toBe(false)
  })
})

describe('the environment of a child', () => {
  const agent = {
    PATH: '/bin',
    HOME: '/home/me',
    LC_ALL: 'C',
    DATABASE_URL: 'postgres://secret',
    LD_PRELOAD: '/evil.so',
    NODE_OPTIONS: '--require /evil.js',
    ANTHROPIC_API_KEY: 'key',
    CLAUDE_PID: '1',
    CLAUDECODE: '1',
    OPENAI_API_KEY: 'key',
    AWS_SECRET_ACCESS_KEY: 'key',
    STRATAVORE_RUNNER_ID: 'outer',
  }
  const of = (provider: keyof typeof providers, project: Record<string, string> = {}) =>
    childEnvironment({ agent, provider: providers[provider].environment(agent), project, runnerId: 'mine' })

  it('is the allow-list, what the provider needs, the mark, and nothing else', () => {
    const base = { PATH: '/bin', HOME: '/home/me', LC_ALL: 'C', TERM: 'xterm-256color', COLORTERM: 'truecolor' }
    expect(of('shell')).toEqual({ ...base, STRATAVORE_RUNNER_ID: 'mine' })
    expect(of('claude')).toEqual({ ...base, ANTHROPIC_API_KEY: 'key', STRATAVORE_RUNNER_ID: 'mine' })
    expect(of('codex')).toEqual({ ...base, OPENAI_API_KEY: 'key', STRATAVORE_RUNNER_ID: 'mine' })
  })
  it('takes the project at its word, but for the mark', () => {
    const env = of('shell', { PATH: '/project/bin', DATABASE_URL: 'theirs', STRATAVORE_RUNNER_ID: 'forged' })
    expect(env).toMatchObject({ PATH: '/project/bin', DATABASE_URL: 'theirs', STRATAVORE_RUNNER_ID: 'mine' })
    expect(() => of('shell', { 'A=B': 'x' })).toThrow()
    expect(() => of('shell', { A: 'x\0y' })).toThrow()
  })
})

it('finds programs that may be run, on PATH first', async () => {
  mkdirSync(join(home, 'bin'))
  mkdirSync(join(home, '.local/bin'), { recursive: true })
  writeFileSync(join(home, 'bin/tool'), '', { mode: 0o644 })
  writeFileSync(join(home, '.local/bin/tool'), '', { mode: 0o755 })
  expect(await findProgram('tool', { PATH: `relative:${home}/bin`, HOME: home })).toBe(join(home, '.local/bin/tool'))
  expect(await findProgram('no-such-tool', { PATH: '/bin' })).toBeNull()
  const probes = await probeProviders(providers, { PATH: '/nonexistent', HOME: home, SHELL: '/bin/sh' })
  expect(probes.find((probe) => probe.id === 'shell')).toMatchObject({ available: true, path: '/bin/sh' })
  expect(probes.find((probe) => probe.id === 'echo')).toMatchObject({ available: false, path: null })
})

it('reads a script of the fake', () => {
  expect(parseScript('print a b; sleep 5\nflood 10;exit 3; hello there; ignore-term;count 3 1')).toEqual([
    { kind: 'print', text: 'a b' },
    { kind: 'sleep', ms: 5 },
    { kind: 'flood', bytes: 10 },
    { kind: 'exit', code: 3 },
    { kind: 'print', text: 'hello there' },
    { kind: 'ignore-term' },
    { kind: 'count', to: 3, everyMs: 1 },
  ])
})

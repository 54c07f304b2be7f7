import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { codex } from './codex'
import { openSessions, recentSession } from './find-sessions'

const OLDER = '01a20542-2b22-7a30-bc63-33daed27d9b8'
const NEWER = '01a20547-db0a-72f2-861a-89c1e5b1410a'

let home: string
beforeEach(() => {
  home = realpathSync(mkdtempSync(join(tmpdir(), 'stratavore-codex-')))
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

/** Midday, so that the day is the same in every time zone that tests run in. */
const STARTED_AT = new Date(2026, 10, 22, 12, 0, 0).getTime()

function writeRollout(id: string, payload: object = {}, time = '12-00-00'): string {
  const path = join(home, `.codex/sessions/2026/11/22/rollout-2026-11-22T${time}-${id}.jsonl`)
  const timestamp = new Date(STARTED_AT + 500).toISOString()
  const meta = { type: 'session_meta', payload: { id, cwd: '/work', timestamp, source: 'cli', ...payload } }
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, `${JSON.stringify(meta)}\n{"type":"event_msg"}\n`)
  return path
}

describe('its command', () => {
  const integration = { hookUrl: '', telemetryUrl: '', secret: '', relayScript: '', runnerId: 'r', epoch: 1 }
  const argsOf = async (program: string, changes: { providerSessionId?: string; forkOf?: string } = {}) => {
    const common = { prompt: 'hi', providerSessionId: null, sessionMode: 'new', forkOf: null, cwd: '/' } as const
    return (await codex.command({ ...common, env: { PATH: '/usr/bin:/bin' }, program, integration, ...changes })).args
  }
  const write = (name: string, script: string): string => {
    writeFileSync(join(home, name), script, { mode: 0o755 })
    return join(home, name)
  }

  it('keeps out of the shared background server where this version has one', async () => {
    const present = write('present', '#!/bin/sh\necho "      --no-daemon"\n')
    const older = write('older', '#!/bin/sh\necho "      --no-alt-screen"\n')
    const broken = write('broken', '#!/bin/sh\nexit 1\n')
    expect(await argsOf(present)).toEqual(['--no-daemon', '--', 'hi'])
    expect(await argsOf(older)).toEqual(['--', 'hi'])
    expect(await argsOf(broken)).toEqual(['--', 'hi'])
    expect(await argsOf('/nonexistent')).toEqual(['--', 'hi'])
  })
  it('asks a program for its help once', async () => {
    const program = write('counted', `#!/bin/sh\necho asked >> ${home}/asked\n`)
    await Promise.all([argsOf(program), argsOf(program)])
    await argsOf(program)
    expect(readFileSync(join(home, 'asked'), 'utf8')).toBe('asked\n')
  })
  it('resumes and forks by subcommand', async () => {
    expect(await argsOf('/nonexistent', { providerSessionId: OLDER })).toEqual(['resume', OLDER, '--', 'hi'])
    expect(await argsOf('/nonexistent', { forkOf: OLDER })).toEqual(['fork', OLDER, '--', 'hi'])
    await expect(argsOf('/nonexistent', { forkOf: '--help' })).rejects.toMatchObject({ code: 'invalid_input' })
  })
})

describe.skipIf(process.platform !== 'linux')('what its processes have open', () => {
  it('are its conversations, in the order they began, without those of sub-agents', async () => {
    const held = [
      writeRollout(NEWER, {}, '12-00-01'),
      writeRollout(OLDER),
      writeRollout('01a20547-0000-72f2-861a-89c1e5b1410a', { source: { subagent: 'review' } }),
    ].map((path) => openSync(path, 'r'))
    const ids = (await openSessions({ pids: [process.pid, 0x7fffffff], env: { HOME: home } })).map(
      ({ sessionId }) => sessionId,
    )
    for (const descriptor of held) closeSync(descriptor)
    expect(ids).toEqual([OLDER, NEWER])
    expect(await openSessions({ pids: [process.pid], env: { HOME: home } })).toEqual([])
  })
})

it('a link is neither followed to a rollout nor walked', async () => {
  const own = writeRollout(OLDER)
  const sessions = join(home, '.codex/sessions')
  const outside = join(home, `rollout-2026-11-22T12-00-00-${NEWER}.jsonl`)
  writeFileSync(outside, readFileSync(own, 'utf8').replaceAll(OLDER, NEWER))
  symlinkSync(outside, join(dirname(own), `rollout-2026-11-22T12-00-00-${NEWER}.jsonl`))
  // Two that lead back are more paths than can be walked.
  for (const name of ['a', 'b']) symlinkSync(sessions, join(sessions, name))
  const env = { HOME: home }
  expect(await codex.findSessionFile?.(OLDER, env)).toEqual({ path: own, cwd: '/work' })
  expect(await codex.findSessionFile?.(NEWER, env)).toMatchObject({ cwd: null })
  const held = openSync(outside, 'r')
  expect(await openSessions({ pids: [process.pid], env })).toEqual([])
  closeSync(held)
})

describe('the conversation begun since the start', () => {
  const search = { pids: [], cwd: '/work', startedAt: STARTED_AT, now: STARTED_AT + 5_000 }
  const found = async () => (await recentSession({ ...search, env: { HOME: home } })).map(({ sessionId }) => sessionId)

  it('is the one in the runner’s directory', async () => {
    expect(await found()).toEqual([])
    writeRollout(OLDER, { timestamp: new Date(STARTED_AT - 60_000).toISOString() })
    writeRollout(NEWER)
    writeRollout('01a20547-0000-72f2-861a-89c1e5b1410a', { cwd: '/elsewhere' })
    expect(await found()).toEqual([NEWER])
    expect(await recentSession({ ...search, env: { CODEX_HOME: join(home, '.codex') } })).toHaveLength(1)
  })
  it('is nobody’s where there are two', async () => {
    writeRollout(OLDER)
    writeRollout(NEWER)
    expect(await found()).toEqual([])
  })
  it('is waited for until its first line is whole', async () => {
    writeFileSync(writeRollout(OLDER), '{"type":"session_meta","payl')
    expect(await found()).toEqual([])
  })
})

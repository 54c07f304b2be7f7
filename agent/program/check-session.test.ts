import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { ProviderId } from '@/contracts/provider/provider'
import { createProviderRegistry } from '../providers/registry'
import { NO_SCRIPTS } from '../testing/no-scripts'
import { checkSession } from './check-session'

const ID = '01a20542-2b22-7a30-bc63-33daed27d9b8'

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'stratavore-check-'))
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

const check = (provider: ProviderId, env: Record<string, string> = {}, providerSessionId = ID) =>
  checkSession(
    {
      providers: createProviderRegistry(NO_SCRIPTS),
      env: { HOME: home, ...env },
      reader: { ask: () => Promise.reject(new Error('the reader was asked')) },
    },
    { provider, providerSessionId },
  )

function write(path: string, content = ''): string {
  const whole = join(home, path)
  mkdirSync(dirname(whole), { recursive: true })
  writeFileSync(whole, content)
  return whole
}

it.each([
  ['codex', `.codex/sessions/2026/11/22/rollout-2026-11-22T21-55-52-${ID}.jsonl`],
  ['gemini', `.gemini/tmp/project/chats/session-2026-11-22T21-57-${ID.slice(0, 8)}.jsonl`],
  ['opencode', '.local/share/opencode/opencode.db'],
] as const)('a session of %s can be resumed while its file is there', async (provider, file) => {
  expect(await check(provider)).toMatchObject({
    ok: true,
    resumable: false,
    reason: expect.stringMatching(/not on this/),
  })
  const path = write(file)
  expect(await check(provider)).toMatchObject({ ok: true, resumable: true, path, cwd: null, cwdExists: false })
})

it('of codex its directory is known, wherever its files are kept', async () => {
  const payload = { id: ID, cwd: home, timestamp: '2026-11-22T21:55:52.000Z' }
  const path = write(
    `own/sessions/rollout-2026-11-22T21-55-52-${ID}.jsonl`,
    JSON.stringify({ type: 'session_meta', payload }),
  )
  expect(await check('codex', { CODEX_HOME: join(home, 'own') })).toMatchObject({ path, cwd: home, cwdExists: true })
})

it('of a program that keeps none it is said so, and of one whose transcripts are read the reader is asked', async () => {
  expect(await check('shell')).toMatchObject({ resumable: false, reason: 'Shell keeps no sessions.' })
  await expect(check('claude')).rejects.toThrow('the reader was asked')
})

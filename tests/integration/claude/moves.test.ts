import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ClaudeStack, startClaudeStack } from '../../support/claude/claude-stack'
import { ask, launchClaude, press, untilReplied } from '../../support/claude/drive-claude'
import { type EmbeddedDatabase, openEmbeddedDatabase } from '../../support/embedded-database'
import { untilScreen, untilStatus } from '../../support/launch'
import { waitUntil } from '../../support/wait-until'
import { requireLedgerTruth } from './ledger'

/** A quarter of it on an idle machine. */
const TIMEOUT_MS = 300_000

let claude: ClaudeStack
let database: EmbeddedDatabase
beforeAll(async () => {
  claude = await startClaudeStack({ permissionMode: 'manual' })
  database = openEmbeddedDatabase(claude.stack)
})
afterAll(async () => {
  await database.pool.end()
  await claude.stop()
})

const sessionOf = async (id: string) => (await claude.stack.api.runner.get.query({ id })).sessionId
const untilOther = (id: string, than: string) =>
  waitUntil('it has another session open', async () => {
    const now = await sessionOf(id)
    return now !== null && now !== than && now
  })

test(
  'a program that goes back to an old conversation, or branches off, is followed: the session, its lease and its tokens',
  async () => {
    const { stack } = claude
    const old = await launchClaude(claude)
    await untilReplied(claude, 1, () => ask(claude, old.id, '[[text of the old one]]'))
    await stack.api.runner.stop.mutate({ id: old.id })
    await untilStatus(stack, old.id, ['terminated'])
    const oldSession = old.sessionId ?? ''

    const runner = await launchClaude(claude)
    await untilReplied(claude, 1, () => ask(claude, runner.id, '[[text of the new one]]'))
    await ask(claude, runner.id, '/resume')
    // The newest of the others stands first.
    await untilScreen(stack, runner.id, /of the old one/)
    await press(claude, runner.id, '', true)
    await waitUntil('it has the old session', async () => (await sessionOf(runner.id)) === oldSession)
    await untilReplied(claude, 1, () => ask(claude, runner.id, '[[text went back]]'))
    // It is held now: another resume leads to it.
    expect(await stack.api.session.resume.mutate({ id: oldSession })).toMatchObject({
      outcome: 'attached',
      runner: { id: runner.id },
    })

    await ask(claude, runner.id, '/branch')
    const branch = await untilOther(runner.id, oldSession)
    await untilReplied(claude, 1, () => ask(claude, runner.id, '[[text on the branch]]'))
    expect(await stack.api.session.get.query({ id: branch })).toMatchObject({ provider: 'claude' })
    // The one it left is free, and goes on in a runner of its own.
    const freed = await stack.api.session.resume.mutate({ id: oldSession })
    expect(freed.outcome).toBe('started')
    await stack.api.runner.stop.mutate({ id: freed.runner.id })
    await requireLedgerTruth(claude, database)
  },
  TIMEOUT_MS,
)

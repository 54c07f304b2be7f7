import { randomInt } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ClaudeStack, startClaudeStack } from '../../support/claude/claude-stack'
import { ask, launchClaude, untilPrompt, untilReplied } from '../../support/claude/drive-claude'
import { type EmbeddedDatabase, openEmbeddedDatabase } from '../../support/embedded-database'
import { untilStatus } from '../../support/launch'
import { seededRandom } from '../../support/seeded-random'
import { waitUntil } from '../../support/wait-until'
import { killAtRandom, killPart } from './kill-at-random'
import { requireCliTruth, requireLedgerTruth } from './ledger'
import { STORY } from './story'

/** A quarter of it on an idle machine. */
const STORY_TIMEOUT_MS = 400_000

const seed = Number(process.env.FAULT_SEED ?? randomInt(2 ** 31))
const random = seededRandom(seed)

let claude: ClaudeStack
let database: EmbeddedDatabase
beforeAll(async () => {
  claude = await startClaudeStack({ permissionMode: 'manual', allowedTools: ['Bash', 'Agent'] })
  database = openEmbeddedDatabase(claude.stack)
})
afterAll(async () => {
  await database.pool.end()
  await claude.stop()
})

const stop = async (id: string) => {
  await claude.stack.api.runner.stop.mutate({ id })
  await untilStatus(claude.stack, id, ['terminated'])
}

/** Waits until a reply stands in a transcript. */
const untilWritten = (text: string) =>
  waitUntil(`"${text}" is written`, () => {
    const projects = join(claude.claudeDir, 'projects')
    const files = readdirSync(projects, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.jsonl'))
    return files.some((file) => readFileSync(join(projects, file), 'utf8').includes(`"text":"${text}"`))
  })

test(
  'a whole story, a resume and a fork: the ledger is what the API has told',
  async () => {
    const { stack, model } = claude
    const first = await launchClaude(claude)
    for (const { play } of STORY) await play(claude, first.id)
    expect(new Set(model.requests().map((request) => request.model)).size).toBe(2)
    await requireLedgerTruth(claude, database)
    await stop(first.id)

    const original = first.sessionId ?? ''
    const resumed = await stack.api.session.resume.mutate({ id: original })
    await untilPrompt(claude, resumed.runner.id)
    await untilReplied(claude, 2, () => ask(claude, resumed.runner.id, '[[bash echo again]] [[text resumed]]'))
    const forked = await stack.api.session.fork.mutate({ id: original })
    await untilPrompt(claude, forked.runner.id)
    await untilReplied(claude, 2, () => ask(claude, forked.runner.id, '[[bash echo other]] [[text forked]]'))
    await requireLedgerTruth(claude, database)
    await stop(resumed.runner.id)
    await stop(forked.runner.id)
    await requireLedgerTruth(claude, database)
    await requireCliTruth(claude)
  },
  STORY_TIMEOUT_MS,
)

test(
  `the same with kill -9 of daemon, reader and agent, and after a re-index (seed ${seed})`,
  async () => {
    const { stack } = claude
    const first = await launchClaude(claude)
    const killer = killAtRandom(stack, ['daemon', 'reader'], random)
    let kills = 0
    try {
      for (const { play } of STORY) await play(claude, first.id)
    } finally {
      kills = await killer.stop()
    }
    expect(kills).toBeGreaterThan(2)
    await requireLedgerTruth(claude, database)

    await untilReplied(claude, 2, () => ask(claude, first.id, '[[bash echo last]] [[text before the kill]]'))
    // What the program itself has not written yet is not ours to lose; whether the agent has read it is left to chance.
    await untilWritten('before the kill')
    await killPart(stack, 'agent')
    await untilStatus(stack, first.id, ['failed'])
    const { sessionId } = await stack.api.runner.get.query({ id: first.id })
    const resumed = await waitUntil('the session is resumed, once its node is back', () =>
      stack.api.session.resume.mutate({ id: sessionId ?? '' }),
    )
    await untilPrompt(claude, resumed.runner.id)
    await untilReplied(claude, 1, () => ask(claude, resumed.runner.id, '[[text after the kill]]'))
    await requireLedgerTruth(claude, database)
    await stop(resumed.runner.id)

    // As if no transcript had ever been read. What only telemetry tells cannot be read again.
    const { rowCount } = await database.pool.query('DELETE FROM usage_entries WHERE transcript_tokens IS NOT NULL')
    expect(rowCount).toBeGreaterThan(0)
    expect(await stack.cli(['usage', 'reindex'])).toMatchObject({ code: 0 })
    await requireLedgerTruth(claude, database)
    await requireCliTruth(claude)
  },
  STORY_TIMEOUT_MS,
)

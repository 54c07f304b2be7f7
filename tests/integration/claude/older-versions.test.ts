import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import type { ActivitySource } from '@/contracts/runner/activity-detail'
import { type ClaudeStack, startClaudeStack } from '../../support/claude/claude-stack'
import { ask, launchClaude, press } from '../../support/claude/drive-claude'
import { openEmbeddedDatabase } from '../../support/embedded-database'
import { waitUntil } from '../../support/wait-until'
import { requireLedgerTruth } from './ledger'

const PATIENCE_MS = 60_000

/** Programs of before OSC 7501. They say differently in their session files what they wait for. */
const VERSIONS = ['2.1.210', '2.1.123']
const SOURCES: readonly ActivitySource[] = ['session-file', 'hook', 'title']

let claude: ClaudeStack | undefined
afterEach(() => claude?.stop())

for (const version of VERSIONS)
  it(`${version}, which has no OSC 7501: its activity, its approvals, and what it used`, async () => {
    claude = await startClaudeStack({ version, permissionMode: 'default' })
    const { stack, model, project } = claude
    const { id } = await launchClaude(claude)
    const runner = () => stack.api.runner.get.query({ id })
    const sources = new Set<ActivitySource>()
    const activityIs = (activity: string) =>
      waitUntil(
        `it is ${activity}`,
        async () => {
          const now = await runner()
          if (now.activityDetail) sources.add(now.activityDetail.source)
          return now.activity === activity
        },
        PATIENCE_MS,
      )
    await activityIs('idle')

    await ask(claude, id, '[[hold one]] [[text first]]')
    await activityIs('working')
    model.release('one')
    await activityIs('idle')

    await ask(claude, id, '[[bash touch allowed]] [[text done]]')
    await activityIs('waiting_permission')
    const approvals = () => stack.api.approval.list.query({})
    const [asked] = await waitUntil('it asks', async () => {
      const open = await approvals()
      return open.length > 0 && open
    })
    expect(asked).toMatchObject({ runnerId: id, toolName: 'Bash', summary: 'touch allowed' })
    await stack.api.approval.answer.mutate({ id: asked?.id ?? '', answer: { behavior: 'allow', remember: [] } })
    await activityIs('idle')
    expect(existsSync(join(project.path, 'allowed'))).toBe(true)

    // No hook tells of an interrupt.
    await ask(claude, id, '[[slow 400 100]]')
    await activityIs('working')
    await waitUntil(
      'words come',
      async () => /word3/.test((await stack.api.runner.screen.query({ id })).text),
      PATIENCE_MS,
    )
    await press(claude, id, '\u001b')
    await activityIs('idle')
    expect([...sources].filter((source) => !SOURCES.includes(source))).toEqual([])

    await stack.api.runner.prompt.mutate({ id, text: '[[text from outside]]' })
    await waitUntil(
      'the prompt is received',
      async () => (await stack.api.runner.prompts.query({ id }))[0]?.state === 'received',
      PATIENCE_MS,
    )
    const database = openEmbeddedDatabase(stack)
    try {
      await requireLedgerTruth(claude, database)
    } finally {
      await database.pool.end()
    }
  }, 240_000)

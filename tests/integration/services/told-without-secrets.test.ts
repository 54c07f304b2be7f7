import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventDataSchemas } from '@/contracts/event/event-data'
import { withTransaction } from '@/server/db/database'
import { recordChange } from '@/server/services/audit/record-change'
import { readEventsAfter } from '@/server/services/event/read-events'
import { setProjectVariable } from '@/server/services/project/project-variables'
import { launchRunner } from '@/server/services/runner/launch-runner'
import { launchOf, type ServiceTest, startServiceTest } from './service-test'

let test: ServiceTest
beforeAll(async () => {
  test = await startServiceTest()
  test.ctx.keys.known.add(['hunter2hunter2'])
  await test.project('vault', 100)
  await setProjectVariable(test.ctx, { project: 'vault', name: 'DEPLOY_TOKEN', value: 'of-the-vault-41' })
})
afterAll(() => test.stop())

it('an event says what it means, also where a secret is a word of it; texts in it lose the secret', async () => {
  test.ctx.keys.known.add(['claude', 'running', 'hunter2hunter2', 'session'])
  const data = {
    provider: 'claude',
    status: 'running',
    epoch: 1,
    cwd: '/home/me/hunter2hunter2/claude',
    sessionId: null,
  } as const
  await withTransaction(test.ctx.db, (tx) =>
    recordChange(
      test.ctx,
      tx,
      {
        action: 'runner.launch',
        target: { type: 'runner', id: 'r1' },
        data: { sessionId: null, with: 'hunter2hunter2' },
      },
      [{ type: 'runner.launched', subject: { type: 'runner', id: 'r1' }, project: 'site', data }],
    ),
  )
  const [told] = (await readEventsAfter(test.ctx, 0, 10)).filter(({ event }) => event.type === 'runner.launched')
  expect(eventDataSchemas['runner.launched'].parse(told?.event.data)).toEqual({
    ...data,
    cwd: '/home/me/[redacted]/[redacted]',
  })
  const [row] = await test.query<{ data: unknown }>("SELECT data FROM audit_events WHERE action = 'runner.launch'")
  expect(row?.data).toEqual({ sessionId: null, with: '[redacted]' })
})

const argumentOf = (id: string) => test.query('SELECT prompt, prompt_sealed FROM runners WHERE id = $1', [id])

describe.each(['codex', 'gemini'] as const)('a launch of %s', (provider) => {
  const launch = (prompt: string) => launchRunner(test.ctx, { ...launchOf('vault'), provider, prompt })
  const written = () =>
    test.query(
      'SELECT (SELECT count(*) FROM runners) AS runners, (SELECT count(*) FROM audit_events) AS audited, (SELECT count(*) FROM outbox_events) AS told',
    )

  it.each([
    ['a secret setting', 'hunter2hunter2'],
    ['a variable of its project', 'of-the-vault-41'],
    ['what looks like a secret', `ghp_${'a1B2c3'.repeat(6)}`],
  ])('with %s in its prompt → refused before anything is written, without naming it', async (_what, secret) => {
    const before = await written()
    const refused: unknown = await launch(`log in with ${secret} please`).catch((error: unknown) => error)
    expect(refused).toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining('has a secret in it'),
      hint: expect.stringContaining('stratavore prompt'),
    })
    expect(JSON.stringify(refused) + String(refused)).not.toContain(secret)
    expect(await written()).toEqual(before)
  })

  it('without one goes on as ever', async () => {
    const { id } = await launch('say hello')
    expect(await argumentOf(id)).toEqual([{ prompt: 'say hello', prompt_sealed: null }])
  })
})

it.each(['claude', 'opencode'] as const)(
  'a launch of %s with a secret in its prompt has it queued, and no argument',
  async (provider) => {
    const { id } = await launchRunner(test.ctx, {
      ...launchOf('vault'),
      provider,
      prompt: 'say hunter2hunter2',
    })
    expect(await argumentOf(id)).toEqual([{ prompt: null, prompt_sealed: null }])
    expect(await test.query('SELECT text FROM runner_prompts WHERE runner_id = $1', [id])).toEqual([
      { text: 'say [redacted]' },
    ])
  },
)

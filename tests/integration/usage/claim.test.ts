import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type UsageRecord, usageRecord } from '@/contracts/agent-protocol/transcript'
import { budgetSetInput } from '@/contracts/budget/budget'
import { usageSummaryInput } from '@/contracts/usage/summary'
import { type TokenCounts, totalTokens } from '@/contracts/usage/tokens'
import { listBudgets } from '@/server/services/budget/list-budgets'
import { setBudget } from '@/server/services/budget/set-budget'
import { launchRunner } from '@/server/services/runner/launch-runner'
import { bindSession } from '@/server/services/session/bind-session'
import { ingestTelemetry } from '@/server/services/usage/ingest-telemetry'
import { summarizeUsage } from '@/server/services/usage/summarize-usage'
import { launchOf } from '../services/service-test'
import {
  assistantLines,
  type LedgerTest,
  promptLine,
  type Request,
  request,
  startLedgerTest,
  takeAll,
  transcriptPath,
  write,
} from './ledger-test'

let test: LedgerTest
beforeAll(async () => {
  test = await startLedgerTest()
})
afterAll(() => test.stop())

it('what was read before it was known whose it is counts for the runner, once, and for all others not again', async () => {
  const start = Date.parse('2026-10-10T12:00:00Z')
  test.clock.now = new Date(start)
  await test.project('p', 10)
  const { id } = await launchRunner(test.ctx, { ...launchOf('p'), provider: 'shell' })
  await test.query(`UPDATE runners SET status = 'running', provider = 'claude' WHERE id = $1`, [id])
  for (const scope of [{ runnerId: id }, {}])
    await setBudget(test.ctx, budgetSetInput.parse({ ...scope, unit: 'tokens', period: 'daily', limit: 100_000 }))

  const session = randomUUID()
  const [before, ...own] = [-60, 1, 2].map((seconds, n) => request(session, n, { at: start + seconds * 1000 }))
  if (before === undefined) throw new Error('there are three')
  const path = transcriptPath(test, session)
  write(path, [before, ...own].map((one) => assistantLines(one, session)).join(''))
  await takeAll(test, path, session)
  const spent = async () => {
    const budgets = await listBudgets(test.ctx, {})
    return new Map(budgets.map(({ scope, current }) => [scope, current.spent]))
  }
  const used = own.reduce((sum, { tokens }) => sum + totalTokens(tokens), 0)
  const all = used + totalTokens(before.tokens)
  expect(await spent()).toEqual(
    new Map([
      ['installation', all],
      ['runner', 0],
    ]),
  )

  const { id: nodeId } = await test.ctx.db.prisma.node.findFirstOrThrow()
  const bound = { runnerId: id, epoch: 1, providerSessionId: session, cwd: '/', model: null, at: start } as const
  await bindSession(test.ctx, nodeId, { ...bound, cause: 'found' })
  await bindSession(test.ctx, nodeId, { ...bound, cause: 'found' })
  await takeAll(test, path, session)
  expect(await spent()).toEqual(
    new Map([
      ['installation', all],
      ['runner', used],
    ]),
  )
  const rows = await test.query<{ runner: string | null }>(
    'SELECT runner_id AS runner FROM usage_entries WHERE session_id = $1 ORDER BY at',
    [session],
  )
  expect(rows.map(({ runner }) => runner)).toEqual([null, id, id])
  const runner = await test.ctx.db.prisma.runner.findUniqueOrThrow({ where: { id } })
  expect(Number(runner.tokensUsed)).toBe(used)
})

const setBudgets = async (...scopes: { runnerId?: string; project?: string }[]) => {
  await test.query('DELETE FROM budgets')
  for (const scope of scopes)
    await setBudget(test.ctx, budgetSetInput.parse({ ...scope, unit: 'tokens', period: 'daily', limit: 1e6 }))
}
const spentOf = async (scope: 'project' | 'runner') =>
  (await listBudgets(test.ctx, {})).find((budget) => budget.scope === scope)?.current.spent
const usedOf = (of: readonly { tokens: TokenCounts }[]) => of.reduce((sum, { tokens }) => sum + totalTokens(tokens), 0)
const telemetryOf = (of: Request): UsageRecord => ({
  requestId: `req_${of.id}`,
  messageId: null,
  providerSessionId: of.session,
  subagentId: null,
  model: of.model,
  at: of.at,
  tokens: of.tokens,
})

it('a session that telemetry told of first brings what it used into its project, and into that one’s budget', async () => {
  const project = await test.project('late', 10)
  const { path: cwd } = await test.ctx.db.prisma.project.findUniqueOrThrow({ where: { id: project.id } })
  await setBudgets({ project: 'late' })
  const session = randomUUID()
  const [first, second] = [request(session, 1), request(session, 2)]
  await ingestTelemetry(test.usage, test.nodeId, {
    runnerId: null,
    provider: 'claude',
    cwd: '',
    records: [telemetryOf(first)],
  })
  expect(await spentOf('project')).toBe(0)
  const path = transcriptPath(test, session)
  write(path, [first, second].map((one) => assistantLines(one, session).replaceAll('/nowhere', cwd)).join(''))
  await takeAll(test, path, session)
  await takeAll(test, path, session)
  expect(await spentOf('project')).toBe(usedOf([first, second]))
  const { parts } = await summarizeUsage(test.ctx, usageSummaryInput.parse({ by: 'session', project: 'late' }))
  expect(parts).toMatchObject([{ key: session, requests: 2 }])
})

it('what telemetry told before the binding is in the runner’s budget once its transcript is read', async () => {
  const start = Date.parse('2026-10-10T15:00:00Z')
  test.clock.now = new Date(start)
  const { id } = await launchRunner(test.ctx, launchOf('p'))
  await test.query(`UPDATE runners SET status = 'running', started_at = $2 WHERE id = $1`, [id, new Date(start)])
  await setBudgets({ runnerId: id })
  const session = randomUUID()
  const one = request(session, 1, { at: start + 1000 })
  await ingestTelemetry(test.usage, test.nodeId, {
    runnerId: null,
    provider: 'claude',
    cwd: '',
    records: [telemetryOf(one)],
  })
  // As a binding that was written by an earlier version, which claimed nothing.
  await test.query(
    `INSERT INTO session_bindings (id, runner_id, epoch, session_id, cause, bound_at)
     SELECT gen_random_uuid(), $1, 1, id, 'found', $3 FROM sessions WHERE provider_session_id = $2`,
    [id, session, new Date(start)],
  )
  write(transcriptPath(test, session), assistantLines(one, session))
  await takeAll(test, transcriptPath(test, session), session)
  expect(await spentOf('runner')).toBe(usedOf([one]))
  const runner = await test.ctx.db.prisma.runner.findUniqueOrThrow({ where: { id } })
  expect(Number(runner.tokensUsed)).toBe(usedOf([one]))
})

it('while one takes over from another, what is used is that one’s which runs', async () => {
  const start = Date.parse('2026-10-10T18:00:00Z')
  test.clock.now = new Date(start)
  const session = randomUUID()
  const [old, next] = await Promise.all(
    [0, 20].map(async (seconds) => {
      const { id } = await launchRunner(test.ctx, launchOf('p'))
      await test.query('UPDATE runners SET started_at = $2 WHERE id = $1', [id, new Date(start + seconds * 1000)])
      return id
    }),
  )
  await test.query(
    `INSERT INTO sessions (id, provider, provider_session_id, cwd, started_at, last_activity_at)
     VALUES ($1, 'claude', $2, '/', now(), now())`,
    [session, session],
  )
  const bind = (runner: string | undefined, from: number, to: number | null) =>
    test.query(
      `INSERT INTO session_bindings (id, runner_id, epoch, session_id, cause, bound_at, released_at)
       VALUES (gen_random_uuid(), $1, 1, $2, 'launch', $3, $4)`,
      [runner, session, new Date(start + from * 1000), to === null ? null : new Date(start + to * 1000)],
    )
  await bind(old, 0, 18)
  await bind(next, 10, null)
  const requests = [5, 15, 25].map((seconds, n) => request(session, n, { at: start + seconds * 1000 }))
  write(transcriptPath(test, session), requests.map((one) => assistantLines(one, session)).join(''))
  await takeAll(test, transcriptPath(test, session), session)
  const rows = await test.query<{ runner: string | null }>(
    'SELECT runner_id AS runner FROM usage_entries WHERE session_id = $1 ORDER BY at',
    [session],
  )
  expect(rows.map(({ runner }) => runner)).toEqual([old, old, next])
})

it('text that Postgres cannot keep is kept as far as it can be', async () => {
  const session = randomUUID()
  const path = transcriptPath(test, session)
  const one = request(session, 1)
  write(
    path,
    promptLine(session, 'a\0b \ud800 c') + assistantLines(one, session).replace('/nowhere', '/no\\u0000where'),
  )
  await takeAll(test, path, session)
  const [row] = await test.query<{ prompt: string; cwd: string; tokens: string }>(
    'SELECT first_prompt AS prompt, cwd, tokens_used AS tokens FROM sessions WHERE provider_session_id = $1',
    [session],
  )
  expect(row).toEqual({ prompt: 'a\ufffdb \ufffd c', cwd: '/no\ufffdwhere', tokens: String(usedOf([one])) })
  const two = { ...telemetryOf(request(session, 2)), model: 'm\0' }
  await ingestTelemetry(test.usage, test.nodeId, { runnerId: null, provider: 'claude', cwd: '', records: [two] })
})

it('what a runner tells of another project, or of what another live runner has open, costs neither anything', async () => {
  const start = Date.parse('2026-10-11T15:00:00Z')
  const runOf = async (project: string) => {
    const { id } = await launchRunner(test.ctx, launchOf(project))
    await test.query(`UPDATE runners SET status = 'running', provider = 'claude' WHERE id = $1`, [id])
    return id
  }
  const { id: projectId } = await test.project('attacked', 10)
  const [attacker, beside, attacked] = [await runOf('p'), await runOf('p'), await runOf('attacked')]
  const [own, besides, theirs, unbound] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()]
  const pairs = [
    [attacker, own],
    [beside, besides],
    [attacked, theirs],
  ] as const
  for (const [runnerId, providerSessionId] of pairs) {
    const bound = { runnerId, epoch: 1, providerSessionId, cwd: '/', model: null, at: start, cause: 'launch' } as const
    await bindSession(test.ctx, test.nodeId, bound)
  }
  await test.query(
    `INSERT INTO sessions (id, provider, provider_session_id, project_id, cwd, started_at, last_activity_at)
     VALUES (gen_random_uuid(), 'claude', $1, $2, '/', now(), now())`,
    [unbound, projectId],
  )
  const known = telemetryOf(request(theirs, 0, { at: start + 1000 }))
  const tell = (runnerId: string, records: UsageRecord[], cwd = '') =>
    ingestTelemetry(test.usage, test.nodeId, { runnerId, provider: 'claude', cwd, records })
  expect(await tell(attacked, [known])).toEqual({ foreign: [] })
  const rows = () =>
    test.query<{ session: string; used: string }>(
      `SELECT s.provider_session_id AS session, SUM(u.output_tokens) AS used
         FROM usage_entries u JOIN sessions s ON s.id = u.session_id WHERE s.provider_session_id = ANY ($1) GROUP BY 1`,
      [[own, besides, theirs, unbound]],
    )
  const before = await rows()
  const forged = [besides, theirs, unbound].map((session, n) => telemetryOf(request(session, n, { at: start + 2000 })))
  // A request that is known, under a session of its own.
  const raised = { ...known, providerSessionId: own, tokens: { ...known.tokens, output: 99_000_000 } }
  const { foreign } = await tell(attacker, [...forged, raised])
  const named = await test.ctx.db.prisma.session.findMany({ where: { id: { in: [...foreign] } } })
  expect(new Set(named.map((row) => row.providerSessionId))).toEqual(new Set([besides, theirs, unbound]))
  expect(await rows()).toEqual(before)
  // A new session is its own project's, wherever it claims to work.
  const { path: cwd } = await test.ctx.db.prisma.project.findUniqueOrThrow({ where: { id: projectId } })
  const fresh = randomUUID()
  expect(
    await tell(
      attacker,
      [fresh, own].map((session, n) => telemetryOf(request(session, n, { at: start + 3000 }))),
      cwd,
    ),
  ).toEqual({
    foreign: [],
  })
  const placed = await test.query(
    `SELECT p.name FROM usage_entries u JOIN projects p ON p.id = u.project_id JOIN sessions s ON s.id = u.session_id
      WHERE s.provider_session_id = ANY ($1)`,
    [[fresh, own]],
  )
  expect(placed).toEqual([{ name: 'p' }, { name: 'p' }])
  await expect(tell(randomUUID(), [known])).rejects.toMatchObject({ code: 'not_found' })
})

it('a record of more tokens than any request has is none', () => {
  const { tokens, ...rest } = telemetryOf(request(randomUUID(), 1))
  const of = (output: number) => usageRecord.safeParse({ ...rest, tokens: { ...tokens, output } }).success
  expect([of(100_000_000), of(100_000_001)]).toEqual([true, false])
})

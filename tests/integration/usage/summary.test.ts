import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { usageSummaryInput } from '@/contracts/usage/summary'
import { totalTokens } from '@/contracts/usage/tokens'
import { launchRunner } from '@/server/services/runner/launch-runner'
import { ingestTelemetry } from '@/server/services/usage/ingest-telemetry'
import { loadPrices } from '@/server/services/usage/load-prices'
import { PRICE_LIST } from '@/server/services/usage/price-list'
import { createPriceTable } from '@/server/services/usage/price-table'
import { reindexTranscripts } from '@/server/services/usage/reindex-transcripts'
import { repriceLedger } from '@/server/services/usage/reprice'
import { summarizeUsage } from '@/server/services/usage/summarize-usage'
import { launchOf } from '../services/service-test'
import {
  assistantLines,
  type LedgerTest,
  request,
  startLedgerTest,
  takeAll,
  transcriptPath,
  write,
} from './ledger-test'

let test: LedgerTest
let runnerId: string
let session: string
const day = Date.parse('2026-10-10T00:00:00Z')
const hour = 3_600_000

const summary = (input: object) => summarizeUsage(test.ctx, usageSummaryInput.parse(input))
const totalOf = async (model: string) => (await summary({ by: 'model' })).parts.find(({ key }) => key === model)

beforeAll(async () => {
  test = await startLedgerTest()
  await test.project('p', 10)
  test.clock.now = new Date(day)
  // A session that a runner has open from midnight on.
  const runner = await launchRunner(test.ctx, { ...launchOf('p'), provider: 'claude' })
  runnerId = runner.id
  session = runner.sessionId ?? ''
  const bindings = await test.query('SELECT 1 FROM session_bindings WHERE session_id = $1', [session])
  if (bindings.length === 0) {
    await test.query(
      `INSERT INTO session_bindings (id, runner_id, epoch, session_id, cause, bound_at)
       VALUES (gen_random_uuid(), $1, 1, $2, 'launch', $3)`,
      [runnerId, session, new Date(day)],
    )
  }
  await test.query(`UPDATE runners SET status = 'running' WHERE id = $1`, [runnerId])
  const own = [
    request(session, 1, { at: day - hour }),
    request(session, 2, { at: day + hour }),
    request(session, 3, { at: day + 23.5 * hour, model: 'unheard-of' }),
  ]
  write(transcriptPath(test, session), own.map((one) => assistantLines(one, session, 2)).join(''))
  await takeAll(test, transcriptPath(test, session), session)
})
afterAll(() => test.stop())

it('what was used while a runner had the session is the runner’s, and only that', async () => {
  const { parts } = await summary({ by: 'runner' })
  expect(parts.map(({ key, requests }) => [key, requests])).toEqual([
    [runnerId, 2],
    [null, 1],
  ])
  const [runner] = await test.query<{ tokens: string }>('SELECT tokens_used AS tokens FROM runners WHERE id = $1', [
    runnerId,
  ])
  expect(Number(runner?.tokens)).toBe(parts[0]?.totalTokens)
})

it('parts come to the total, and days are those of the asker', async () => {
  const utc = await summary({ by: 'day' })
  expect(utc.parts.map(({ key, requests }) => [key, requests])).toEqual([
    ['2026-10-09', 1],
    ['2026-10-10', 2],
  ])
  const berlin = await summary({ by: 'day', timeZone: 'Europe/Berlin' })
  expect(berlin.parts.map(({ key, requests }) => [key, requests])).toEqual([
    ['2026-10-10', 2],
    ['2026-10-11', 1],
  ])
  for (const { parts, total } of [utc, berlin])
    expect(parts.reduce((sum, part) => sum + part.totalTokens, 0)).toBe(total.totalTokens)
  expect((await summary({ by: 'model', from: new Date(day).toISOString() })).total.requests).toBe(2)
  expect((await summary({ by: 'project', project: 'p' })).parts.map(({ name }) => name)).toEqual(['p'])
})

it('a model without a price is counted and flagged', async () => {
  const all = await summary({ by: 'model' })
  expect(all.unpricedModels).toEqual(['unheard-of'])
  expect(all.total.unpricedRequests).toBe(1)
  expect(await totalOf('unheard-of')).toMatchObject({ requests: 1, costUsd: 0, unpricedRequests: 1 })
})

it('only what a live runner used is news, once', async () => {
  const told = await test.query<{ data: { model: string; requests: number } }>(
    `SELECT data FROM outbox_events WHERE type = 'metrics.tokens' ORDER BY seq`,
  )
  expect(told.map(({ data }) => [data.model, data.requests])).toEqual([
    ['claude-opus-5-5', 1],
    ['unheard-of', 1],
  ])
})

it('telemetry adds what transcripts leave out, and never what they have', async () => {
  const before = await summary({})
  const known = request(session, 2, { at: day + hour })
  const [row] = await test.query<{ key: string }>('SELECT request_key AS key FROM usage_entries WHERE at = $1', [
    new Date(day + hour),
  ])
  const compaction = { requestId: `req_${randomUUID()}`, at: day + 2 * hour, tokens: known.tokens }
  const same = {
    requestId: row?.key ?? null,
    at: known.at,
    tokens: { ...known.tokens, output: known.tokens.output + 5 },
  }
  const records = [compaction, same].map((one) => ({
    ...one,
    messageId: null,
    providerSessionId: session,
    subagentId: null,
    model: 'claude-opus-5-5',
  }))
  await ingestTelemetry(test.usage, test.nodeId, { runnerId: null, provider: 'claude', cwd: '', records })
  const after = await summary({})
  expect(after.total.requests - before.total.requests).toBe(1)
  expect(after.drift).toMatchObject({ requests: 1, tokens: 5, onlyTranscript: 2, onlyTelemetry: 1 })

  // Of one launch alone: what each has said of it, and what counts.
  const [one, other] = [2, 3].map((n) => totalTokens(request(session, n, {}).tokens)) as [number, number]
  const { total, parts, drift } = await summary({ by: 'runner', runner: runnerId })
  expect(parts).toMatchObject([{ key: runnerId, drift }])
  expect(drift).toEqual({
    requests: 1,
    tokens: 5,
    transcriptTokens: one + other,
    telemetryTokens: 2 * one + 5,
    onlyTranscript: 1,
    onlyTelemetry: 1,
  })
  expect(total).toMatchObject({ requests: 3, totalTokens: 2 * one + other + 5 })
  await expect(summary({ runner: randomUUID() })).rejects.toThrow('There is no runner')
})

it('read anew, and priced anew by other prices, sums follow and nothing is counted twice', async () => {
  const before = await summary({ by: 'session' })
  expect(await reindexTranscripts(test.ctx, {})).toEqual({ files: 1 })
  await takeAll(test, transcriptPath(test, session), session)
  expect(await summary({ by: 'session' })).toEqual(before)

  const free = { input: 0, output: 0, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0 }
  const prices = createPriceTable([...PRICE_LIST, { model: 'unheard-of', ...free, output: 1_000 }])
  const repriced = { ...test.usage, prices }
  expect(await repriceLedger(repriced, new AbortController().signal)).toBe(1)
  expect(await repriceLedger(repriced, new AbortController().signal)).toBe(0)
  expect(await totalOf('unheard-of')).toMatchObject({ costUsd: 0.013, unpricedRequests: 0 })
  const [sum] = await test.query<{ same: boolean }>(
    `SELECT bool_and(s.cost_usd = (SELECT sum(cost_usd) FROM usage_entries WHERE session_id = s.id)
                     AND r.cost_usd = (SELECT sum(cost_usd) FROM usage_entries WHERE runner_id = r.id)) AS same
       FROM sessions s, runners r WHERE s.id = $1 AND r.id = $2`,
    [session, runnerId],
  )
  expect(sum?.same).toBe(true)
})

it('the user’s prices come over the built-in ones, and a broken file says what is wrong with it', async () => {
  const path = join(test.dir, 'prices.json')
  const settings = { home: test.dir, pricesFile: undefined }
  expect((await loadPrices(settings)).problem).toBeNull()
  expect((await loadPrices({ ...settings, pricesFile: path })).problem).toMatch('cannot be read')
  writeFileSync(path, '[{"model":"claude-opus-5-5","input":"4"}]')
  expect((await loadPrices(settings)).problem).toMatch(/input.*\[0\]\.input/s)
  writeFileSync(path, '{')
  expect((await loadPrices(settings)).problem).toMatch('is not JSON')
  writeFileSync(path, '[{"model":"mine","input":1,"output":2,"cacheRead":0,"cacheWrite5m":0,"cacheWrite1h":0}]')
  const { table } = await loadPrices(settings)
  const tokens = { input: 1_000_000, output: 0, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0 }
  expect(table.costOf('mine', new Date(day), tokens)?.toNumber()).toBe(1)
})

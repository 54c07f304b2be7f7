import { expect } from 'vitest'
import { z } from 'zod'
import { type UsageBy, usageSummary } from '@/contracts/usage/summary'
import { tokenCounts } from '@/contracts/usage/tokens'
import type { ClaudeStack } from '../../support/claude/claude-stack'
import { countUsage, type UsageCount } from '../../support/claude/usage-count'
import type { EmbeddedDatabase } from '../../support/embedded-database'

/** A transcript's line is in the ledger within a second; telemetry is sent once a second; a busy machine doubles it all. */
const CAUGHT_UP_MS = 60_000

const row = tokenCounts.extend({ session: z.string(), model: z.string() })

/** What the ledger has, by the program's session id and by model. */
async function readLedger({ pool }: EmbeddedDatabase): Promise<UsageCount['sessions']> {
  const { rows } = await pool.query(`
    SELECT s.provider_session_id AS session, e.model,
           sum(e.input_tokens)::int AS input, sum(e.output_tokens)::int AS output,
           sum(e.cache_read_tokens)::int AS "cacheRead",
           sum(e.cache_write_5m_tokens)::int AS "cacheWrite5m", sum(e.cache_write_1h_tokens)::int AS "cacheWrite1h"
      FROM usage_entries e JOIN sessions s ON s.id = e.session_id GROUP BY 1, 2`)
  const sessions: UsageCount['sessions'] = {}
  for (const { session, model, ...tokens } of z.array(row).parse(rows))
    sessions[session] = { ...sessions[session], [model]: tokens }
  return sessions
}

/** Waits until the ledger has exactly what the API has told, per session and per model. */
export async function requireLedgerTruth({ model }: ClaudeStack, database: EmbeddedDatabase): Promise<void> {
  await expect
    .poll(() => readLedger(database), { timeout: CAUGHT_UP_MS, interval: 200 })
    .toEqual(model.usage().sessions)
}

/** `stratavore usage --json`: the parts' tokens by their key, and the total. */
async function askCli({ stack }: ClaudeStack, by: UsageBy) {
  const { code, stdout, stderr } = await stack.cli(['usage', '--by', by, '--json'])
  if (code !== 0) throw new Error(`usage ended with ${code}: ${stderr}`)
  const { total, parts } = usageSummary.parse(JSON.parse(stdout))
  return { total: total.tokens, parts: Object.fromEntries(parts.map(({ key, tokens }) => [key, tokens])) }
}

/** The CLI tells the same, in total, by session and by model. */
export async function requireCliTruth(claude: ClaudeStack): Promise<void> {
  const requests = claude.model.requests()
  const countBy = (keyOf: (request: (typeof requests)[number]) => string) => ({
    total: countUsage(requests).total,
    parts: Object.fromEntries(
      [...new Set(requests.map(keyOf))].map((key) => [
        key,
        countUsage(requests.filter((request) => keyOf(request) === key)).total,
      ]),
    ),
  })
  expect(await askCli(claude, 'session')).toEqual(countBy(({ sessionId }) => sessionId))
  expect(await askCli(claude, 'model')).toEqual(countBy(({ model }) => model))
}

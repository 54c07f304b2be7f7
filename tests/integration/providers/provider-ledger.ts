import { existsSync } from 'node:fs'
import { expect } from 'vitest'
import { z } from 'zod'
import { tokenCounts } from '@/contracts/usage/tokens'
import { type EmbeddedDatabase, openEmbeddedDatabase } from '../../support/embedded-database'
import type { ProviderStack } from '../../support/providers/provider-stack'
import type { ScriptedModel, ScriptedRequest } from '../../support/providers/scripted-model'

/** The reader asks every 10 s whether it is to read anew. */
const CAUGHT_UP_MS = 60_000

/** Requests and each kind of token, by session and model. */
type Counts = Record<string, Record<string, number>>

const row = tokenCounts.extend({ session: z.string(), model: z.string(), requests: z.number() })

async function countOfLedger({ pool }: EmbeddedDatabase): Promise<Counts> {
  const { rows } = await pool.query(`
    SELECT s.provider_session_id AS session, u.model, count(*)::int AS requests, sum(input_tokens)::int AS input,
           sum(output_tokens)::int AS output, sum(cache_read_tokens)::int AS "cacheRead",
           sum(cache_write_5m_tokens)::int AS "cacheWrite5m", sum(cache_write_1h_tokens)::int AS "cacheWrite1h"
      FROM usage_entries u JOIN sessions s ON s.id = u.session_id GROUP BY 1, 2`)
  return Object.fromEntries(
    z
      .array(row)
      .parse(rows)
      .map(({ session, model, ...counts }) => [`${session} ${model}`, counts]),
  )
}

/** The model's own count, but for what the program asks for itself and writes down nowhere. */
function countOfModel(
  model: ScriptedModel,
  sessionOf: (request: ScriptedRequest) => string,
  gone: ReadonlySet<string> = new Set(),
): Counts {
  const counts: Counts = {}
  for (const request of model.requests()) {
    if (request.isService || gone.has(sessionOf(request))) continue
    const key = `${sessionOf(request)} ${request.model}`
    const before = counts[key] ?? {}
    const added = Object.entries({ requests: 1, ...request.tokens })
    counts[key] = Object.fromEntries(added.map(([kind, count]) => [kind, (before[kind] ?? 0) + count]))
  }
  return counts
}

/**
 * The ledger says of each session and model what the model itself has counted, to the token; and again after all
 * transcripts were read anew, on top of what was there and from nothing.
 */
export async function requireLedgerTruth(
  { stack }: ProviderStack,
  model: ScriptedModel,
  sessionOf: (request: ScriptedRequest) => string,
): Promise<ReadonlySet<string>> {
  const database = openEmbeddedDatabase(stack)
  const eventually = { timeout: CAUGHT_UP_MS, interval: 200 }
  const requireTruth = (gone?: ReadonlySet<string>) =>
    expect.poll(() => countOfLedger(database), eventually).toEqual(countOfModel(model, sessionOf, gone))
  const files = async () => {
    const { rows } = await database.pool.query<{ path: string; session: string }>(
      'SELECT path, provider_session_id AS session FROM transcript_files WHERE "offset" > 0',
    )
    return rows.map((row) => ({ ...row, isThere: existsSync(row.path) }))
  }
  const pathsRead = async () => (await files()).flatMap(({ path, isThere }) => (isThere ? path : [])).sort()
  try {
    await requireTruth()
    const read = await pathsRead()
    expect(read.length).toBeGreaterThan(0)
    // Gemini CLI takes a session's file away when it is resumed in another minute than it was begun.
    const known = await files()
    const kept = new Set(known.flatMap(({ session, isThere }) => (isThere ? session : [])))
    const gone = new Set(known.flatMap(({ session }) => (kept.has(session) ? [] : session)))
    expect(await stack.cli(['usage', 'reindex'])).toMatchObject({ code: 0 })
    await expect.poll(pathsRead, eventually).toEqual(read)
    await requireTruth()
    await database.pool.query('DELETE FROM usage_entries')
    expect(await stack.cli(['usage', 'reindex'])).toMatchObject({ code: 0 })
    await requireTruth(gone)
    return gone
  } finally {
    await database.pool.end()
  }
}

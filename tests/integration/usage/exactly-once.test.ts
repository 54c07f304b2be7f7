import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { TranscriptBatch, UsageRecord } from '@/contracts/agent-protocol/transcript'
import { totalTokens } from '@/contracts/usage/tokens'
import { ingestTelemetry } from '@/server/services/usage/ingest-telemetry'
import { ingestTranscript } from '@/server/services/usage/ingest-transcript'
import {
  assistantLines,
  type LedgerTest,
  nextBatch,
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

const telemetryOf = (of: Request): UsageRecord => ({
  requestId: `req_${of.id}`,
  messageId: null,
  providerSessionId: of.session,
  subagentId: null,
  model: of.model,
  at: of.at + 300,
  tokens: of.tokens,
})

interface Row {
  session: string
  requests: string
  tokens: string
  usd: string
  messages: number
}

const totals = async (sessions: readonly string[]): Promise<Row[]> =>
  test.query<Row>(
    `SELECT s.provider_session_id AS session, count(u.id) AS requests, s.tokens_used AS tokens,
            trim_scale(s.cost_usd) AS usd, s.message_count AS messages
       FROM sessions s LEFT JOIN usage_entries u ON u.session_id = s.id
      WHERE s.provider_session_id = ANY ($1) GROUP BY s.id ORDER BY 1`,
    [sessions],
  )

/** What the model's own count comes to. */
const oracle = (requests: readonly Request[], messages: ReadonlyMap<string, number>): Row[] =>
  [...messages]
    .map(([session, count]) => {
      const own = requests.filter((one) => one.session === session)
      return {
        session,
        requests: String(own.length),
        tokens: String(own.reduce((sum, { tokens }) => sum + totalTokens(tokens), 0)),
        usd: String(Number(own.reduce((sum, one) => sum + costOf(one), 0).toFixed(10))),
        messages: count,
      }
    })
    .sort((a, b) => (a.session < b.session ? -1 : 1))

const costOf = ({ tokens: t }: Request): number =>
  (t.input * 4 + t.output * 20 + t.cacheRead * 0.2 + t.cacheWrite5m * 5 + t.cacheWrite1h * 8) / 1e6

const act = fc.record({
  kind: fc.constantFrom<'write' | 'take' | 'die' | 'loseAnswer' | 'repeat' | 'telemetry'>(
    'write',
    'write',
    'take',
    'take',
    'die',
    'loseAnswer',
    'repeat',
    'telemetry',
  ),
  file: fc.nat(1),
  size: fc.integer({ min: 1, max: 1500 }),
  after: fc.nat(6),
})

it('whatever dies, repeats or comes late, each request counts once, and read anew it is the same', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ blocks: fc.integer({ min: 1, max: 3 }), told: fc.boolean() }), {
        minLength: 1,
        maxLength: 8,
      }),
      fc.nat(7),
      fc.array(act, { minLength: 10, maxLength: 40, size: 'max' }),
      async (turns, forkAt, acts) => {
        const [original, fork] = [randomUUID(), randomUUID()]
        const requests = turns.map((_turn, n) => request(n < forkAt ? original : fork, n))
        // The fork has all of the history in its own file, under the old ids, and goes on.
        const linesOf = (session: string) =>
          promptLine(session, 'do it') +
          requests
            .map((one, n) =>
              session === original && one.session === fork ? '' : assistantLines(one, session, turns[n]?.blocks),
            )
            .join('')
        const files = [original, fork].map((session) => ({
          session,
          path: transcriptPath(test, session),
          text: Buffer.from(linesOf(session)),
          written: 0,
          batches: [] as TranscriptBatch[],
        }))
        const telemetry = requests.filter((_one, n) => turns[n]?.told === true).map(telemetryOf)
        let told = 0

        for (const { kind, file: index, size, after } of acts) {
          const file = files[index]
          if (file === undefined) continue
          if (kind === 'write') {
            // Anywhere, in the middle of a line too.
            write(file.path, file.text.subarray(file.written, file.written + size))
            file.written = Math.min(file.text.length, file.written + size)
            continue
          }
          if (kind === 'telemetry') {
            const record = telemetry[told]
            told += 1
            if (record)
              await ingestTelemetry(test.usage, test.nodeId, {
                runnerId: null,
                provider: 'claude',
                cwd: '',
                records: [record, record],
              })
            continue
          }
          if (file.written === 0) continue
          const batch = kind === 'repeat' ? file.batches[after % 3] : await nextBatch(test, file.path, file.session)
          if (!batch) continue
          if (kind !== 'die') {
            // A lost answer is one that nobody looks at: the next batch begins where the database says.
            await ingestTranscript(test.usage, test.nodeId, batch)
            file.batches.push(batch)
            continue
          }
          // Killed at whichever moment: the clock is looked at all along the way.
          let looks = after
          const now = (): Date => {
            looks -= 1
            if (looks < 0) throw new Error('killed')
            return test.clock.now
          }
          const dying = { ...test.usage, clock: { ...test.usage.clock, now } }
          await ingestTranscript(dying, test.nodeId, batch).catch((error: Error) =>
            expect(error.message).toMatch('killed'),
          )
        }

        for (const file of files) {
          write(file.path, file.text.subarray(file.written))
          await takeAll(test, file.path, file.session)
        }
        if (telemetry.length > 0)
          await ingestTelemetry(test.usage, test.nodeId, {
            runnerId: null,
            provider: 'claude',
            cwd: '',
            records: telemetry,
          })
        const expected = oracle(
          requests,
          new Map([
            [original, 1 + Math.min(forkAt, requests.length)],
            [fork, 1 + requests.length],
          ]),
        )
        expect(await totals([original, fork])).toEqual(expected)

        await test.query('DELETE FROM transcript_files WHERE provider_session_id = ANY ($1)', [[original, fork]])
        for (const file of files) await takeAll(test, file.path, file.session)
        expect(await totals([original, fork])).toEqual(expected)
      },
    ),
    { numRuns: 40 },
  )
}, 120_000)

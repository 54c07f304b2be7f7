import { randomUUID } from 'node:crypto'
import { appendFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { startOf } from '@/agent/transcripts/cursor'
import { identifyFile, inodeOf } from '@/agent/transcripts/identify-file'
import { readBatch, resumeAt } from '@/agent/transcripts/read-batch'
import type { TranscriptBatch } from '@/contracts/agent-protocol/transcript'
import { createTextRedactor } from '@/contracts/redaction/redact-text'
import type { TokenCounts } from '@/contracts/usage/tokens'
import { ingestTranscript } from '@/server/services/usage/ingest-transcript'
import { PRICE_LIST } from '@/server/services/usage/price-list'
import { createPriceTable } from '@/server/services/usage/price-table'
import { transcriptCursors } from '@/server/services/usage/transcript-cursors'
import type { UsageContext } from '@/server/services/usage/usage-context'
import { type ServiceTest, startServiceTest } from '../services/service-test'

/** One request to a model as the model itself would count it. */
export interface Request {
  id: string
  session: string
  model: string
  at: number
  tokens: TokenCounts
}

export interface LedgerTest extends ServiceTest {
  usage: UsageContext
  /** A directory for transcripts. */
  dir: string
}

export async function startLedgerTest(): Promise<LedgerTest> {
  const test = await startServiceTest()
  const dir = mkdtempSync(join(tmpdir(), 'stratavore-ledger-'))
  const usage = { ...test.ctx, prices: createPriceTable(PRICE_LIST), usage: { ingested: () => undefined } }
  return {
    ...test,
    usage,
    dir,
    async stop() {
      rmSync(dir, { recursive: true, force: true })
      await test.stop()
    },
  }
}

export const request = (session: string, n: number, changes: Partial<Request> = {}): Request => ({
  id: randomUUID(),
  session,
  model: 'claude-opus-5-5',
  at: Date.parse('2026-10-10T00:00:00Z') + n * 1000,
  tokens: { input: 100 + n, output: 10 + n, cacheRead: 5000 + n, cacheWrite5m: 1000 + n, cacheWrite1h: n % 3 },
  ...changes,
})

/** The lines a program writes of a request: one for each block, each with the whole usage. `inSession`: of the file. */
export function assistantLines(of: Request, inSession: string, blocks = 1): string {
  const { tokens } = of
  const line = {
    type: 'assistant',
    sessionId: inSession,
    ...(inSession === of.session ? {} : { requestSessionId: of.session }),
    requestId: `req_${of.id}`,
    timestamp: new Date(of.at).toISOString(),
    cwd: '/nowhere',
    version: '2.1.330',
    message: {
      id: `msg_${of.id}`,
      model: of.model,
      content: [{ type: 'text', text: 'x' }],
      stop_reason: 'end_turn',
      usage: {
        input_tokens: tokens.input,
        output_tokens: tokens.output,
        cache_read_input_tokens: tokens.cacheRead,
        cache_creation_input_tokens: tokens.cacheWrite5m + tokens.cacheWrite1h,
        cache_creation: {
          ephemeral_5m_input_tokens: tokens.cacheWrite5m,
          ephemeral_1h_input_tokens: tokens.cacheWrite1h,
        },
      },
    },
  }
  return `${JSON.stringify(line)}\n`.repeat(blocks)
}

export const promptLine = (session: string, text: string): string =>
  `${JSON.stringify({ type: 'user', sessionId: session, message: { role: 'user', content: text } })}\n`

export const transcriptPath = (test: LedgerTest, session: string): string =>
  join(test.dir, 'projects', '-w', `${session}.jsonl`)

export function write(path: string, text: string | Buffer): void {
  mkdirSync(dirname(path), { recursive: true })
  appendFileSync(path, text)
}

/** What the agent's reader would send next of a file; null when there is nothing. */
export async function nextBatch(test: LedgerTest, path: string, session: string): Promise<TranscriptBatch | null> {
  const handle = await open(path, 'r')
  try {
    const stats = await handle.stat({ bigint: true })
    const name = { path, provider: 'claude', providerSessionId: session, subagentId: null } as const
    const file = await identifyFile(handle, name, inodeOf(stats))
    if (file === null) return null
    const { cursors } = await transcriptCursors(test.ctx, test.nodeId, [path])
    const offset = startOf(cursors[0] ?? null, { fileId: file.fileId, size: Number(stats.size) })
    const { batch } = await readBatch(handle, file, await resumeAt(handle, file, offset), 0, createTextRedactor([]))
    return batch.to === batch.from ? null : batch
  } finally {
    await handle.close()
  }
}

/** Takes all that is whole of a file. */
export async function takeAll(test: LedgerTest, path: string, session: string): Promise<void> {
  for (let batch = await nextBatch(test, path, session); batch; batch = await nextBatch(test, path, session)) {
    await ingestTranscript(test.usage, test.nodeId, batch)
  }
}

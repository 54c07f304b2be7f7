import { expect, it } from 'vitest'
import { usageOfLogs } from './otlp'

const text = (stringValue: string) => ({ stringValue })
const int = (intValue: number | string) => ({ intValue })
/** As Claude Code 2.1.330 sends it. */
const measured = {
  'session.id': text('33333333-3333-4333-8333-333333333333'),
  'event.name': text('api_request'),
  'event.timestamp': text('2026-11-22T21:29:27.537Z'),
  model: text('claude-opus-5-5'),
  input_tokens: int(101),
  output_tokens: int('11'),
  cache_read_tokens: int(5001),
  cache_creation_tokens: int(1001),
  cache_creation_5m_tokens: int(1001),
  cache_creation_1h_tokens: int(0),
  cost_usd: { doubleValue: 0.0066292 },
  request_id: text('req_fake000001'),
  query_source: text('repl_main_thread'),
}
const body = (attributes: object, name = 'claude_code.api_request') => ({
  resourceLogs: [
    {
      resource: { attributes: [] },
      scopeLogs: [
        {
          logRecords: [
            { body: text(name), attributes: Object.entries(attributes).map(([key, value]) => ({ key, value })) },
          ],
        },
      ],
    },
  ],
})

it('reads a request as the program tells it', () => {
  expect(usageOfLogs(body(measured))).toEqual([
    {
      requestId: 'req_fake000001',
      messageId: null,
      providerSessionId: '33333333-3333-4333-8333-333333333333',
      subagentId: null,
      model: 'claude-opus-5-5',
      at: Date.parse('2026-11-22T21:29:27.537Z'),
      tokens: { input: 101, output: 11, cacheRead: 5001, cacheWrite5m: 1001, cacheWrite1h: 0 },
    },
  ])
})

it('a version that tells no lifetimes wrote for five minutes', () => {
  const { cache_creation_5m_tokens: _short, cache_creation_1h_tokens: _long, ...older } = measured
  expect(usageOfLogs(body(older))[0]?.tokens).toMatchObject({ cacheWrite5m: 1001, cacheWrite1h: 0 })
})

it.each([
  ['another event', body(measured, 'claude_code.subagent_completed')],
  ['a request without an id, which the transcript may tell too', body({ ...measured, request_id: undefined })],
  ['a time that is none', body({ ...measured, 'event.timestamp': text('now') })],
  ['nothing', { resourceLogs: [] }],
])('counts nothing of %s', (_what, given) => expect(usageOfLogs(JSON.parse(JSON.stringify(given)))).toEqual([]))

it('refuses what is no such body', () => {
  expect(() => usageOfLogs({ resourceLogs: 'x' })).toThrow()
  expect(() => usageOfLogs(null)).toThrow()
})

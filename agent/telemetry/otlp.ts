import { z } from 'zod'
import type { UsageRecord } from '@/contracts/agent-protocol/transcript'

/** An attribute as OTLP's JSON has it. Numbers come as numbers or, 64-bit ones, as text. */
const attribute = z.object({
  key: z.string(),
  value: z
    .object({
      stringValue: z.string().optional(),
      intValue: z.union([z.number(), z.string()]).optional(),
      doubleValue: z.number().optional(),
    })
    .catch({}),
})
const attributes = z.array(attribute).default([])

const logs = z.object({
  resourceLogs: z.array(
    z.object({
      scopeLogs: z
        .array(
          z.object({
            logRecords: z
              .array(z.object({ body: z.object({ stringValue: z.string().optional() }).optional(), attributes }))
              .default([]),
          }),
        )
        .default([]),
    }),
  ),
})

const EVENT = 'claude_code.api_request'
const id = z.string().min(1).max(200)
const count = z.coerce.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER).catch(0)

/** A request to a model as the program's event tells it. Without the request's id it could be counted twice. */
const apiRequest = z.object({
  'session.id': id,
  'event.timestamp': z.iso.datetime({ offset: true }),
  model: id,
  request_id: id,
  agent_id: id.optional().catch(undefined),
  input_tokens: count,
  output_tokens: count,
  cache_read_tokens: count,
  cache_creation_tokens: count,
  cache_creation_5m_tokens: count,
  cache_creation_1h_tokens: count,
})

const scalarOf = ({ value }: z.infer<typeof attribute>): string | number | undefined =>
  value.stringValue ?? value.intValue ?? value.doubleValue

/** Requests to models that a body of `POST /v1/logs` tells of. Throws ZodError when it is no such body. */
export function usageOfLogs(body: unknown): UsageRecord[] {
  const records = logs
    .parse(body)
    .resourceLogs.flatMap(({ scopeLogs }) => scopeLogs)
    .flatMap(({ logRecords }) => logRecords)
  return records.flatMap((record) => {
    if (record.body?.stringValue !== EVENT) return []
    const told = apiRequest.safeParse(Object.fromEntries(record.attributes.map((one) => [one.key, scalarOf(one)])))
    return told.success ? [toUsage(told.data)] : []
  })
}

function toUsage(told: z.infer<typeof apiRequest>): UsageRecord {
  const long = told.cache_creation_1h_tokens
  return {
    requestId: told.request_id,
    messageId: null,
    providerSessionId: told['session.id'],
    subagentId: told.agent_id ?? null,
    model: told.model,
    at: Date.parse(told['event.timestamp']),
    tokens: {
      input: told.input_tokens,
      output: told.output_tokens,
      cacheRead: told.cache_read_tokens,
      // Versions that tell no lifetimes wrote for five minutes.
      cacheWrite5m: Math.max(told.cache_creation_5m_tokens, told.cache_creation_tokens - long),
      cacheWrite1h: long,
    },
  }
}

import { z } from 'zod'

/** Every error the API can give. The code is for programs, the message for people, the hint says what to do. */
export const errorCode = z.enum([
  'invalid_input',
  'unauthenticated',
  'forbidden',
  'not_found',
  'conflict',
  'quota_exceeded',
  'budget_exhausted',
  'provider_unavailable',
  'node_unavailable',
  'invalid_state',
  'rate_limited',
  'payload_too_large',
  'unavailable',
  'timeout',
  'internal',
])
export type ErrorCode = z.infer<typeof errorCode>

/** The `data` of a tRPC error of ours. */
export const apiErrorData = z.object({
  stratavore: z.object({
    code: errorCode,
    hint: z.string().nullable(),
    /** Which inputs were wrong, by dotted path. */
    fields: z.record(z.string(), z.string()).nullable(),
    requestId: z.string(),
  }),
})
export type ApiErrorData = z.infer<typeof apiErrorData>

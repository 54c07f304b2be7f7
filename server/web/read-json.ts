import type { IncomingMessage } from 'node:http'
import type { z } from 'zod'
import { StratavoreError } from '../core/errors'
import { readBody } from '../core/read-body'

/** Far more than any sign-in needs: a passkey's answer takes a few kilobytes. */
const MAX_BODY_BYTES = 64 * 1024

/** The body of a request, as the schema wants it. Throws `payload_too_large` or `invalid_input`. */
export async function readJson<Schema extends z.ZodType>(
  request: IncomingMessage,
  schema: Schema,
): Promise<z.output<Schema>> {
  const parsed = schema.safeParse(parseJson(await readBody(request, MAX_BODY_BYTES)))
  if (parsed.success) return parsed.data
  const fields = Object.fromEntries(
    parsed.error.issues.map((issue) => [issue.path.join('.') || 'input', issue.message] as const),
  )
  const message = Object.entries(fields).map(([field, problem]) => `${field}: ${problem}`)
  throw new StratavoreError('invalid_input', message.join('; '), { fields })
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new StratavoreError('invalid_input', 'The body is no JSON.', { cause: error })
  }
}

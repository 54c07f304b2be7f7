import type { IncomingMessage } from 'node:http'

/** Longest body that is read: a hook carries a whole file at most, and its tool's answer. */
export const MAX_BODY_BYTES = 2 * 1024 * 1024

/** Why a body was not taken, as an HTTP status. */
export class BodyRefused extends Error {
  constructor(
    readonly status: 400 | 413,
    message: string,
  ) {
    super(message)
  }
}

/** The whole body as JSON. Throws BodyRefused for one that is too long or is no JSON. */
export async function readJsonBody(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = []
  let length = 0
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length
    if (length > MAX_BODY_BYTES) throw new BodyRefused(413, 'The body is too long.')
    parts.push(part)
  }
  try {
    return JSON.parse(Buffer.concat(parts).toString('utf8'))
  } catch {
    throw new BodyRefused(400, 'The body is not JSON.')
  }
}

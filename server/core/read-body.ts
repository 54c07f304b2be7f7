import type { IncomingMessage } from 'node:http'
import { StratavoreError } from './errors'

/** The whole body of a request as text. Throws `payload_too_large`. */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<string> {
  const parts: Buffer[] = []
  let bytes = 0
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length
    if (bytes > maxBytes) throw new StratavoreError('payload_too_large', 'The request is too large.')
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}

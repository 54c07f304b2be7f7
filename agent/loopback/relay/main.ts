/**
 * A command hook of a runner's program: hands what it gets on stdin to the agent, with the process it is a hook of. For
 * hooks that programs do not send over HTTP. Never in the way: it is brief and succeeds whatever happens.
 */
import { request } from 'node:http'

/** The agent answers at once; when it is away the program must not wait for it. */
const TIMEOUT_MS = 2_000
/** What the program allows its hooks to say at most, and then some. */
const MAX_INPUT_BYTES = 2 * 1024 * 1024

const { STRATAVORE_HOOK_URL: url, STRATAVORE_HOOK_SECRET: secret, CLAUDE_PID: pid } = process.env

setTimeout(() => process.exit(0), TIMEOUT_MS).unref()
process.on('uncaughtException', () => process.exit(0))

if (url !== undefined && secret !== undefined) {
  const parts: Buffer[] = []
  let length = 0
  for await (const part of process.stdin as AsyncIterable<Buffer>) {
    length += part.length
    if (length <= MAX_INPUT_BYTES) parts.push(part)
  }
  const headers = {
    'content-type': 'application/json',
    'x-stratavore-secret': secret,
    ...(pid === undefined ? {} : { 'x-stratavore-pid': pid }),
  }
  await new Promise<void>((resolve) => {
    request(url, { method: 'POST', headers, timeout: TIMEOUT_MS }, (response) => {
      response.resume().on('close', resolve)
    })
      .on('error', () => resolve())
      .end(Buffer.concat(parts))
  })
}

import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createKnownValues } from '@/contracts/redaction/known-values'
import { StratavoreError } from '../core/errors'
import { createJsonRoutes } from './json-routes'

const SECRET = 'hunter2hunter2'
const refused = () =>
  Promise.reject(
    new StratavoreError('not_found', `There is no ${SECRET}.`, { hint: `Not ghp_${'a1B2'.repeat(9)} either.` }),
  )
const CLIENT = { address: '127.0.0.1', secure: false, host: 'localhost', proxied: false, local: true }

let server: Server
beforeAll(async () => {
  const { redact } = createKnownValues([SECRET])
  const routes = createJsonRoutes({ posts: { ask: refused }, gets: { look: refused }, redact })
  server = createServer((request, response) => void routes(request, response, (request.url ?? '/').slice(1), CLIENT))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterAll(() => void server.close())

it.each([
  ['look', 'GET'],
  ['ask', 'POST'],
])('repeats no secret in what it says of a problem: %s', async (what, method) => {
  const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/${what}`, {
    method,
    headers: { 'content-type': 'application/json', 'x-stratavore': '1', connection: 'close' },
  })
  expect(await answer.json()).toEqual({
    error: { code: 'not_found', message: 'There is no [redacted].', hint: 'Not [redacted] either.' },
  })
})

import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ALLOWANCES, createLimits } from '@/server/core/limits'
import { createShare } from '@/server/services/share/create-share'
import { createShareRoutes } from '@/server/web/share-routes'
import { createRunningRunners } from './running-runner'
import { type ServiceTest, startServiceTest } from './service-test'

let test: ServiceTest
let server: Server
/** Each question comes from another address, as of somebody who has many. */
let asked = 0
beforeAll(async () => {
  test = await startServiceTest()
  const two = { points: 2, seconds: 60 }
  const routes = createShareRoutes(test.ctx, createLimits({ ...ALLOWANCES, shareTicket: two, shareSearch: two }))
  server = createServer((request, response) => {
    asked += 1
    const client = { address: `203.0.113.${asked}`, secure: false, host: 'me.example', proxied: false, local: false }
    void routes(request, response, (request.url ?? '/').slice(1), client)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterAll(async () => {
  server.closeAllConnections()
  server.close()
  await test.stop()
})

async function ask(what: string, body: object): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/${what}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-stratavore': '1' },
    body: JSON.stringify(body),
  })
  await answer.body?.cancel()
  return answer.status
}

it('lets nobody fill the audit log by one link, or keep a disk busy, from however many addresses', async () => {
  await test.project('shown')
  const runnerId = await (await createRunningRunners(test)).run('shown')
  const share = () => createShare(test.ctx, { runnerId, kind: 'terminal', minutes: 60, apiTokenId: null })
  const [{ token }, other] = [await share(), await share()]
  for (const status of [200, 200, 429, 429]) expect(await ask('ticket', { token })).toBe(status)
  expect(await test.query("SELECT 1 FROM audit_events WHERE action = 'runner.attach'")).toHaveLength(2)
  // A terminal is no recording: refused, and counted all the same.
  for (const status of [401, 401, 429]) expect(await ask('search', { token, epoch: 1, text: 'x' })).toBe(status)
  expect(await ask('view', { token })).toBe(200)
  expect(await ask('ticket', { token: other.token }), 'another link').toBe(200)
})

import { createServer, type Server } from 'node:http'
import { afterAll, expect, it, vi } from 'vitest'
import { LOOPBACK } from '../../support/fake-ntfy'
import { startStack } from '../../support/stack'
import { rawRequest } from '../api/raw-http'

// Lines of "Hostile inputs: Data and agents" in the design. Inert transcripts: tests/e2e/sessions.spec.ts; torn and huge
// lines: agent/transcripts; audit, join tokens and mTLS have tests of their own.

// Each starts a stack of its own.
vi.setConfig({ testTimeout: 180_000 })

const servers: Server[] = []
afterAll(() => {
  for (const server of servers) server.close()
})

/** Something on loopback that counts who comes, and sends them on. */
async function startRedirecting(location: string): Promise<{ port: number; asked(): number }> {
  let asked = 0
  const server = createServer((_request, response) => {
    asked += 1
    response.writeHead(307, { location }).end()
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return { port: typeof address === 'object' && address !== null ? address.port : 0, asked: () => asked }
}

const WEBHOOK_SECRET = 'whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3'

it('webhook or ntfy URL to a link-local or metadata address, or a redirect there → refused at connect (loopback ntfy allowed by setting)', async () => {
  const inside = await startRedirecting('http://127.0.0.1:1/')
  const redirecting = await startRedirecting(`http://127.0.0.1:${inside.port}/latest/meta-data`)
  const cases: { env: Record<string, string>; told: RegExp; asked: number }[] = [
    // By a name that leads to loopback, and by a metadata address however it is written: nobody is called.
    {
      env: {
        NTFY_URL: `http://localhost:${redirecting.port}`,
        STRATAVORE_WEBHOOK_URL: 'http://[::ffff:a9fe:a9fe]/latest',
      },
      told: /^not called: it leads to /,
      asked: 0,
    },
    // Allowed, and then sent on: that address is told, and not followed.
    {
      env: {
        NTFY_URL: `http://127.0.0.1:${redirecting.port}`,
        STRATAVORE_WEBHOOK_URL: `http://localhost:${redirecting.port}/hook`,
        STRATAVORE_NOTIFY_NETWORKS: LOOPBACK.join(),
      },
      told: /redirects, which is not followed/,
      asked: 2,
    },
  ]
  for (const { env, told, asked } of cases) {
    const stack = await startStack({ env: { ...env, STRATAVORE_WEBHOOK_SECRET: WEBHOOK_SECRET } })
    try {
      const before = redirecting.asked()
      const { results } = await stack.api.notification.test.mutate()
      expect(results.map(({ ok }) => ok)).toEqual([false, false])
      for (const { detail } of results) expect(detail).toMatch(told)
      expect(redirecting.asked() - before).toBe(asked)
    } finally {
      await stack.stop()
    }
  }
  expect(inside.asked()).toBe(0)
})

it('transcript id `../x` → 404', async () => {
  const stack = await startStack()
  try {
    for (const id of ['../x', '..%2fx', '/etc/passwd', '00000000-0000-4000-8000-000000000000']) {
      for (const query of ['session.get', 'session.transcript']) {
        const path = `/api/trpc/${query}?input=${encodeURIComponent(JSON.stringify({ id }))}`
        const answer = await rawRequest(stack.url, { path, headers: { authorization: `Bearer ${stack.token}` } })
        // What is no id at all is told as that: 400, as everywhere.
        expect(answer.status, `${query} ${id}`).toBe(/^0/.test(id) ? 404 : 400)
      }
    }
    const page = await rawRequest(stack.url, {
      path: '/sessions/..%2f..%2fetc',
      headers: { authorization: `Bearer ${stack.token}` },
    })
    expect(page.status).toBeLessThan(500)
    expect(page.text).not.toContain('root:')
  } finally {
    await stack.stop()
  }
})

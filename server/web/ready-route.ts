import type { ServerResponse } from 'node:http'
import { type HealthContext, readSystemHealth } from '../services/system/read-system-health'

/**
 * `GET /readyz`: 200 while requests can be served, which takes the database; 503 without it. Everybody may ask, so it
 * names the state of each dependency and nothing more.
 */
export async function handleReady(ctx: HealthContext, response: ServerResponse): Promise<void> {
  const { status, checks } = await readSystemHealth(ctx)
  const states = checks.map(({ name, ok, off }) => [name, off ? 'off' : ok ? 'ok' : 'degraded'])
  const down = status === 'down'
  response
    .writeHead(down ? 503 : 200, {
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-store',
      ...(down ? { 'retry-after': '1' } : {}),
    })
    .end(JSON.stringify({ status, checks: { ...Object.fromEntries(states), ...(down ? { database: 'down' } : {}) } }))
}

import { randomUUID } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { runNotificationAction } from '../services/notification/run-action'
import type { SharedServices } from '../services/service-context'

/** Where the buttons of notifications lead: `POST /api/actions/<token>`. */
export const ACTIONS_PATH = '/api/actions/'

/** Does what the token of a button grants. 404 for one that is none, 410 for one whose time or runner is over. */
export async function handleAction(services: SharedServices, response: ServerResponse, token: string): Promise<void> {
  const result = await runNotificationAction({ ...services, requestId: randomUUID() }, token)
  const status = { done: 200, moot: 410, none: 404 }[result.kind]
  response
    .writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' })
    .end(result.kind === 'none' ? 'there is nothing here' : result.text)
}

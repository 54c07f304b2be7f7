import { Webhook } from 'standardwebhooks'
import type { Notifier } from '../../core/ports/notifier'
import { CALL_TIMEOUT_MS, call } from './post'
import { judgeAddress } from './reachable'

export interface WebhookOptions {
  url: string
  /** `whsec_` and the key in base64. */
  secret: string
  /** When a message is signed; receivers refuse what is minutes away from their own clock. */
  now(): Date
  /** Private networks that may be called. */
  networks: readonly string[]
  /** Longest one call may take, milliseconds. */
  timeoutMs?: number
}

/** Sends signed JSON as Standard Webhooks describes it: `notification.sent` and `notification.withdrawn`. */
export function createWebhookNotifier({
  url,
  secret,
  now,
  networks,
  timeoutMs = CALL_TIMEOUT_MS,
}: WebhookOptions): Notifier {
  const judge = judgeAddress(networks)
  const signer = new Webhook(secret)
  const post = (id: string, type: string, time: Date, data: Record<string, unknown>) => {
    const body = JSON.stringify({ type, timestamp: time.toISOString(), data })
    const at = now()
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'stratavore',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': signer.sign(id, at, body),
    }
    // What the receiver answers is its own business; the status is what counts.
    return call({ url, method: 'POST', headers, body, judge }, () => '', timeoutMs)
  }
  return {
    channel: 'webhook',
    send: ({ id, time, ...notification }) => post(id, 'notification.sent', time, notification),
    withdraw: ({ id, time, ...withdrawal }) => post(id, 'notification.withdrawn', time, withdrawal),
  }
}

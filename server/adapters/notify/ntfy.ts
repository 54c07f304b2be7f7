import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { NotificationPriority } from '@/contracts/notification/notification'
import type { NotificationAction, Notifier, OutgoingNotification } from '../../core/ports/notifier'
import { CALL_TIMEOUT_MS, call } from './post'
import { judgeAddress } from './reachable'

export interface NtfyOptions {
  /** Server, without a topic. */
  url: string
  token: string | undefined
  topics: Record<OutgoingNotification['topic'], string>
  /** Private networks that may be called. */
  networks: readonly string[]
  /** Longest one call may take, milliseconds. */
  timeoutMs?: number
}

const PRIORITIES: Record<NotificationPriority, number> = { min: 1, low: 2, default: 3, high: 4, urgent: 5 }
/** ntfy shows no more buttons than this. */
const MAX_ACTIONS = 3

const failure = z.object({ code: z.number(), error: z.string() })

/** ntfy's own words, and its code for the manual. */
function explain(text: string): string {
  try {
    const { code, error } = failure.parse(JSON.parse(text))
    return `${error} (ntfy ${code})`
  } catch {
    // A proxy in front of it answers in its own way; the status says enough.
    return ''
  }
}

/** A thread's name in ntfy's alphabet (1 to 64 letters, digits, - and _): later ones of it replace what is shown. */
export const sequenceId = (thread: string): string =>
  `stv-${createHash('sha256').update(thread).digest('base64url').slice(0, 40)}`

const actionJson = (action: NotificationAction) =>
  action.kind === 'view'
    ? { action: 'view', label: action.label, url: action.url, clear: false }
    : { action: 'http', label: action.label, url: action.url, method: action.method, clear: true }

/** What a server answers that is too old to take anything back. */
const UNKNOWN_CALL: ReadonlySet<number> = new Set([404, 405])

/**
 * Sends to an ntfy server, 2.16 or newer for updates and taking back; older ones show every update anew, and what is out
 * there stays.
 */
export function createNtfyNotifier({
  url,
  token,
  topics,
  networks,
  timeoutMs = CALL_TIMEOUT_MS,
}: NtfyOptions): Notifier {
  const judge = judgeAddress(networks)
  const authorization: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` }
  return {
    channel: 'ntfy',
    send: (notification) => {
      const body = JSON.stringify({
        topic: topics[notification.topic],
        sequence_id: sequenceId(notification.thread),
        title: notification.title,
        message: notification.message,
        priority: PRIORITIES[notification.priority],
        tags: notification.tags,
        click: notification.click,
        actions: notification.actions.slice(0, MAX_ACTIONS).map(actionJson),
      })
      const headers = { 'content-type': 'application/json', ...authorization }
      return call({ url, method: 'POST', headers, body, judge }, explain, timeoutMs)
    },
    withdraw: async ({ thread, topic }) => {
      const address = `${url}/${topics[topic]}/${sequenceId(thread)}`
      const result = await call({ url: address, method: 'DELETE', headers: authorization, judge }, explain, timeoutMs)
      const unknown = result.kind === 'refused' && result.status !== null && UNKNOWN_CALL.has(result.status)
      return unknown ? { kind: 'unsupported' } : result
    },
  }
}

import type { NotificationPriority } from '@/contracts/notification/notification'

/** A button of a notification. `view` opens a page; `http` does something without opening anything. */
export type NotificationAction =
  | { kind: 'view'; label: string; url: string }
  | { kind: 'http'; label: string; url: string; method: 'POST' }

/** A notification ready to be sent. Sent again under the same thread it replaces what was there. */
export interface OutgoingNotification {
  /** Of this sending: the same when it is tried again, another for an update. For whoever wants to act on it once. */
  id: string
  /** What it is about: a later one of the same thread is its update. */
  thread: string
  kind: string
  topic: 'status' | 'alerts'
  priority: NotificationPriority
  title: string
  message: string
  tags: readonly string[]
  /** Page that a tap opens. */
  click: string
  actions: readonly NotificationAction[]
  time: Date
}

/**
 * How sending went. `retry`: not now, at the earliest after `afterMs` when the other side said so; `forAll`: nothing else
 * would get through now either (unreachable, overloaded, too many), while without it it may be this one's own trouble.
 * `refused`: it will be the same the next time (wrong token, unknown topic).
 */
export type NotifyResult =
  | { kind: 'sent' }
  | { kind: 'retry'; error: string; afterMs: number | null; forAll: boolean }
  | { kind: 'refused'; error: string }

/** How taking back went. `unsupported`: the other side knows no such thing, and what is out there stays. */
export type WithdrawResult = NotifyResult | { kind: 'unsupported' }

/** A notification that is to be taken back. */
export interface Withdrawal {
  /** Of this taking back; the same when it is tried again. */
  id: string
  thread: string
  topic: OutgoingNotification['topic']
  time: Date
}

/** One way to reach people or machines outside. Calls always resolve, within a bounded time. */
export interface Notifier {
  readonly channel: 'ntfy' | 'webhook'
  send(notification: OutgoingNotification): Promise<NotifyResult>
  /** Takes a thread's notification back: it no longer matters. */
  withdraw(withdrawal: Withdrawal): Promise<WithdrawResult>
}

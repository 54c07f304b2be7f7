import type { NotificationKind, NotificationPriority } from '@/contracts/notification/notification'

/** What a button does. Its address is made when it is sent: the database holds nothing that opens a door. */
export type ActionDraft =
  | { do: 'open' }
  | { do: 'stop'; runnerId: string; epoch: number }
  | { do: 'approve' | 'deny'; approvalId: string }
  | { do: 'raise'; budgetId: string; periodStart: string; limit: number }

/** Something worth telling, before it is decided how and when. */
export interface Draft {
  /** What it is about. While a thread is open, telling again updates what is there. */
  thread: string
  kind: NotificationKind
  topic: 'status' | 'alerts'
  priority: NotificationPriority
  title: string
  message: string
  tags: string[]
  /** Path on the dashboard. */
  click: string
  actions: ActionDraft[]
  /** It is sent this much later, so that what is settled at once never rings. */
  delayMs: number
  /** Telling again: `count` says how often it happened, `replace` only brings the text up to date. */
  again: 'count' | 'replace'
  /** After this long without news the next one is a new notification; null: open until withdrawn. */
  freshForMs: number | null
  /** Its name in a summary when one cause makes many; null when it is always told by itself. */
  inSummaryAs: string | null
}

/** What an event asks for. `back` is said in place of a notification that was already read. */
export type Wish =
  | { kind: 'tell'; draft: Draft }
  | { kind: 'withdraw'; thread: string; back: Pick<Draft, 'title' | 'message' | 'tags' | 'priority'> | null }

export const tell = (draft: Draft): Wish => ({ kind: 'tell', draft })
export const withdraw = (thread: string): Wish => ({ kind: 'withdraw', thread, back: null })

/** Priorities from the least to the most urgent. */
const RANKS: readonly NotificationPriority[] = ['min', 'low', 'default', 'high', 'urgent']
export const rank = (priority: NotificationPriority): number => RANKS.indexOf(priority)

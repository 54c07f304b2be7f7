import type { NotificationKind } from '@/contracts/notification/notification'

/** What each kind tells, as the name of its switch. In the order of the page. */
export const KIND_WORDS: Record<NotificationKind, { name: string; note: string }> = {
  runner_waiting: { name: 'Runner waits for you', note: 'a permission or an answer is wanted' },
  runner_notice: { name: 'Program notifies', note: 'a bell or a message of its own, while nobody is attached' },
  runner_failed: { name: 'Runner failed', note: 'ended otherwise than wanted' },
  runner_stopped: { name: 'Runner ended', note: 'as wanted' },
  runner_started: { name: 'Runner started', note: 'its process runs' },
  budget_warning: { name: 'Budget nearly used', note: 'at 75, 90 and 100 %' },
  quota_exceeded: { name: 'Quota exceeded', note: 'a launch was refused' },
  node_lost: { name: 'Node lost', note: 'a machine is not heard any more' },
  system_alert: { name: 'System alert', note: 'Stratavore itself needs you' },
  daemon_stopped: { name: 'Daemon stopped', note: 'nothing is supervised until it is back' },
  daemon_started: { name: 'Daemon started', note: '' },
  daily_summary: { name: 'Daily summary', note: 'what ran, failed, waited and cost' },
}

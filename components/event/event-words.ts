import type { Event, EventType } from '@/contracts/event/event'

const WORDS: Record<EventType, string> = {
  'runner.launched': 'Launch accepted',
  'runner.started': 'Started',
  'runner.stopping': 'Stop requested',
  'runner.stopped': 'Ended',
  'runner.failed': 'Failed',
  'runner.lost': 'Lost contact',
  'runner.paused': 'Paused',
  'runner.resumed': 'Resumed',
  'runner.restarting': 'Restarting',
  'runner.adopted': 'Found again',
  'runner.activity': 'Activity',
  'runner.limited': 'Held to its CPU quota, or let go',
  'runner.notice': 'Rang',
  'runner.attended': 'Looked at',
  'runner.drive_began': 'Somebody drives',
  'runner.drive_ended': 'Drives no longer',
  'runner.heartbeat': 'Heartbeat',
  'session.created': 'Session began',
  'session.resumed': 'Session resumed',
  'session.bound': 'Session opened',
  'session.ended': 'Session ended',
  'approval.requested': 'Asks for approval',
  'approval.answered': 'Approval answered',
  'approval.closed': 'Approval over',
  'prompt.queued': 'Prompt queued',
  'prompt.closed': 'Prompt typed',
  'metrics.tokens': 'Tokens used',
  'project.created': 'Project created',
  'project.updated': 'Project changed',
  'project.archived': 'Project archived',
  'project.deleted': 'Project deleted',
  'quota.updated': 'Quota changed',
  'quota.exceeded': 'Quota exceeded',
  'budget.warning': 'Budget nearly used',
  'budget.refused': 'Launch refused by a budget',
  'budget.updated': 'Budget changed',
  'budget.deleted': 'Budget deleted',
  'budget.raised': 'Budget raised',
  'node.joined': 'Node joined',
  'node.offline': 'Node offline',
  'node.lost': 'Node lost',
  'node.updated': 'Node changed',
  'user.signed_in': 'Signed in',
  'system.alert': 'Alert',
  'system.started': 'System started',
  'system.stopped': 'System stopped',
}

/** What happened, in a few words. */
export const eventWords = (event: Pick<Event, 'type'>): string => WORDS[event.type]

/** Details worth a line, in this order, where the event carries them. */
const DETAIL_KEYS = ['activity', 'provider', 'reason', 'exitCode', 'signal', 'pid', 'message', 'limit', 'name'] as const

const LABELS: Partial<Record<(typeof DETAIL_KEYS)[number], string>> = {
  exitCode: 'exit code',
  signal: 'signal',
  pid: 'pid',
}

/** The event's own details as one line; empty when it has none. What was said already is not said again. */
export function eventDetail(event: Pick<Event, 'data'> & Partial<Pick<Event, 'project'>>): string {
  const parts: string[] = []
  for (const key of DETAIL_KEYS) {
    const value = event.data[key]
    if (typeof value !== 'string' && typeof value !== 'number') continue
    if (key === 'name' && value === event.project) continue
    // Programs that do not say what they do are most of them.
    if (key === 'activity' && value === 'unknown') continue
    const text = typeof value === 'string' ? value.replaceAll('_', ' ') : String(value)
    // A reason like "exited with code 3" or "ended by SIGKILL" tells the code or signal.
    const said = key === 'exitCode' ? `code ${text}` : text
    if ((key === 'exitCode' || key === 'signal') && parts.some((part) => part.includes(said))) continue
    parts.push(LABELS[key] ? `${LABELS[key]} ${text}` : text)
  }
  return parts.join(' · ')
}

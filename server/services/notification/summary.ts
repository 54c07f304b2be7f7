import { z } from 'zod'
import type { NotificationKind } from '@/contracts/notification/notification'
import { counted, MAX_MESSAGE_BYTES, oneLine, ownLines } from './lock-screen-text'

/** One of what a summary stands for. */
export const summaryMember = z.object({ thread: z.string(), name: z.string() })
export type Member = z.infer<typeof summaryMember>

/** Names that a summary tells; the others are counted. */
const NAMES_SHOWN = 8
/** Lines of a digest. */
const LINES_SHOWN = 20

const HEADLINES: Partial<Record<NotificationKind, (count: number) => string>> = {
  runner_failed: (count) => `${counted(count, 'more runner')} failed`,
  runner_waiting: (count) => `${counted(count, 'more runner')} ${count === 1 ? 'waits' : 'wait'} for you`,
  runner_notice: (count) => `${counted(count, 'more runner')} rang`,
  runner_stopped: (count) => `${counted(count, 'more runner')} ended`,
  runner_started: (count) => `${counted(count, 'more runner')} started`,
  quota_exceeded: (count) => `${counted(count, 'more project')} at the quota`,
  node_lost: (count) => `${counted(count, 'more node')} lost`,
}

const LINES: Partial<Record<NotificationKind, string>> = {
  runner_failed: 'failed',
  runner_waiting: 'waits for you',
  runner_notice: 'rang',
  runner_stopped: 'ended',
  runner_started: 'started',
  quota_exceeded: 'is at its quota',
  node_lost: 'is lost',
}

/**
 * What rows held back stand for, each thread once: a row that is a summary stands for its members, so that each can be
 * taken back by itself. Pure.
 */
export function digestMembers(
  rows: readonly { thread: string; kind: NotificationKind; title: string; members: readonly Member[] }[],
): Member[] {
  const byThread = new Map<string, Member>()
  const add = (member: Member) => byThread.set(member.thread, byThread.get(member.thread) ?? member)
  // What has a row of its own says more than its name in a summary.
  for (const { thread, title, members } of rows) if (members.length === 0) add({ thread, name: title })
  for (const { thread, kind, members } of rows) {
    // The names of a burst are of projects and nodes; those of a digest are lines already.
    const said = thread.startsWith('burst:') ? ` ${LINES[kind] ?? `(${kind.replaceAll('_', ' ')})`}` : ''
    for (const member of members) add({ thread: member.thread, name: `${member.name}${said}` })
  }
  return [...byThread.values()]
}

/** Title and message that stand for many: of one kind that came at once, or of all that quiet hours held back. */
export function summaryOf(
  what: NotificationKind | 'digest',
  members: readonly Member[],
): { title: string; message: string } {
  if (what === 'digest') {
    const lines = members.slice(0, LINES_SHOWN).map((member) => `- ${oneLine(member.name, 150)}`)
    const rest = members.length - lines.length
    return {
      title: `${members.length} things during your quiet hours`,
      message: ownLines([...lines, rest > 0 ? `and ${rest} more` : ''], MAX_MESSAGE_BYTES),
    }
  }
  const headline = HEADLINES[what] ?? ((count: number) => `${count} more of ${what.replaceAll('_', ' ')}`)
  return { title: headline(members.length), message: ownLines([byName(members)], MAX_MESSAGE_BYTES) }
}

/** `web (5), api (4), tools and 2 more`: the most frequent first. */
function byName(members: readonly Member[]): string {
  const counts = new Map<string, number>()
  for (const { name } of members) counts.set(name, (counts.get(name) ?? 0) + 1)
  const sorted = [...counts].sort(([a, m], [b, n]) => n - m || a.localeCompare(b))
  const shown = sorted.slice(0, NAMES_SHOWN).map(([name, count]) => (count > 1 ? `${name} (${count})` : name))
  const rest = sorted.length - shown.length
  return `${shown.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`
}

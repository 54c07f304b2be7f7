'use client'
import { Bot, Check, Circle, CircleDot, Wrench } from 'lucide-react'
import type { ReactNode } from 'react'
import { formatSince } from '@/components/format/time'
import { useNow } from '@/components/format/use-now'
import { cn } from '@/components/ui/class-names'
import type { ActivityDetail } from '@/contracts/runner/activity-detail'
import { todoProgress, toolWords } from './activity-words'

/** Whether there is anything to show. */
export const hasActivity = (detail: ActivityDetail | null): detail is ActivityDetail =>
  detail !== null &&
  (detail.tool !== null || detail.message !== null || detail.subagents.length > 0 || detail.todos.length > 0)

/** What a runner does in detail: its tool, its sub-agents, its todo list. */
export function ActivityPart({ detail }: { detail: ActivityDetail }) {
  const { tool, subagents, todos, message } = detail
  return (
    <div data-testid="activity-detail" className="flex flex-col gap-2 text-xs">
      {message !== null && <p className="break-words text-ink-soft">{message}</p>}
      {(tool !== null || subagents.length > 0) && (
        <ul className="flex flex-col gap-1.5">
          {tool !== null && (
            <Row icon={<Wrench aria-hidden className="size-3.5 text-ink-faint" />} since={tool.since}>
              <span className="line-clamp-3 break-all font-mono text-2xs leading-4">{toolWords(tool)}</span>
            </Row>
          )}
          {subagents.map((subagent) => (
            <Row
              key={subagent.id}
              icon={<Bot aria-hidden className="size-3.5 text-ink-faint" />}
              since={subagent.since}
            >
              <span className="truncate">{subagent.type || 'sub-agent'}</span>
            </Row>
          ))}
        </ul>
      )}
      {todos.length > 0 && (
        <div className="flex flex-col gap-1">
          <p className="text-ink-faint">To do, {todoProgress(todos)}</p>
          <ul className="flex flex-col gap-1">
            {todos.map((todo, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: two may have the same text, and their order is what they are
              <Todo key={index} todo={todo} />
            ))}
          </ul>
        </div>
      )}
    </div>
  )
}

function Row({ icon, since, children }: { icon: ReactNode; since: number; children: ReactNode }) {
  const now = useNow()
  return (
    <li className="flex items-start gap-2">
      <span className="mt-0.5 shrink-0">{icon}</span>
      <span className="min-w-0 flex-1">{children}</span>
      <span className="shrink-0 text-ink-faint">{now > 0 && formatSince(new Date(since).toISOString(), now)}</span>
    </li>
  )
}

const TODO_LOOKS = {
  pending: { icon: Circle, words: 'open' },
  in_progress: { icon: CircleDot, words: 'under way' },
  completed: { icon: Check, words: 'done' },
} as const

function Todo({ todo }: { todo: ActivityDetail['todos'][number] }) {
  const { icon: Icon, words } = TODO_LOOKS[todo.status]
  const isDone = todo.status === 'completed'
  return (
    <li className={cn('flex items-start gap-2', isDone && 'text-ink-faint')}>
      <Icon aria-label={words} className={cn('mt-0.5 size-3.5 shrink-0', !isDone && 'text-accent-strong')} />
      <span className={cn('min-w-0 break-words', todo.status === 'in_progress' && 'font-medium')}>{todo.text}</span>
    </li>
  )
}

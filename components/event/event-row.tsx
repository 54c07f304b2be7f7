'use client'
import Link from 'next/link'
import { memo } from 'react'
import { formatMoment } from '@/components/format/time'
import { useNow } from '@/components/format/use-now'
import { shortId } from '@/components/runner/runner-state'
import { projectHref, runnerHref } from '@/components/shell/navigation'
import type { Event } from '@/contracts/event/event'
import { eventDetail, eventWords } from './event-words'

/** One event: when, what, to whom, by whom. */
export const EventRow = memo(function EventRow({ event }: { event: Event }) {
  return (
    <li className="grid grid-cols-[1fr_auto] gap-x-4 px-4 py-2 hover:bg-hover md:grid-cols-[9rem_11rem_1fr_9rem] md:items-baseline">
      <Moment at={event.at} />
      <span className="font-medium max-md:order-first">{eventWords(event)}</span>
      <span className="min-w-0 text-ink-soft max-md:order-2">
        <EventSubject event={event} />
        <span className="break-words text-ink-faint"> {eventDetail(event)}</span>
      </span>
      <span
        className="truncate text-right text-ink-faint text-xs max-md:order-3"
        title={`${event.actor.kind}, event ${event.seq}`}
      >
        {event.actor.name}
      </span>
    </li>
  )
})

/** What an event is about, as links. */
export function EventSubject({ event }: { event: Pick<Event, 'project' | 'subject'> }) {
  const link = 'hover:text-ink hover:underline'
  return (
    <>
      {event.project && (
        <Link href={projectHref(event.project)} className={link}>
          {event.project}
        </Link>
      )}
      {event.subject.type === 'runner' && (
        <Link href={runnerHref(event.subject.id)} className={`${link} ml-2 font-mono text-2xs`}>
          {shortId(event.subject.id)}
        </Link>
      )}
    </>
  )
}

/** Only this text depends on the clock: it names the day once that is over. */
function Moment({ at }: { at: string }) {
  const now = useNow()
  return (
    <time dateTime={at} title={at} className="text-ink-faint text-xs">
      {now > 0 && formatMoment(at, now)}
    </time>
  )
}

'use client'
import { ChevronRight } from 'lucide-react'
import Link from 'next/link'
import { memo } from 'react'
import { formatMoment } from '@/components/format/time'
import { useNow } from '@/components/format/use-now'
import { shortId } from '@/components/runner/runner-state'
import { visibleText } from '@/components/session/visible-text'
import { runnerHref, sessionHref } from '@/components/shell/navigation'
import { type AuditShown, changesOf } from './audit-changes'

/** One row of the audit log: when, who, what, about what; opened, all that it says. */
export const AuditRow = memo(function AuditRow({ row }: { row: AuditShown }) {
  return (
    <li>
      <details className="group">
        <summary className="grid cursor-pointer list-none grid-cols-[1rem_1fr_auto] items-baseline gap-x-3 px-3 py-2 hover:bg-hover md:grid-cols-[1rem_8.5rem_1fr_1fr_1fr] md:px-4">
          <ChevronRight aria-hidden className="size-3.5 self-center text-ink-faint group-open:rotate-90" />
          <Moment at={row.at} />
          <span className="truncate font-medium max-md:order-last max-md:col-span-2 max-md:col-start-2">
            {visibleText(row.actorName)} <span className="font-normal text-ink-faint text-xs">by {row.via}</span>
          </span>
          <span className="break-words font-mono text-xs max-md:text-right">{visibleText(row.action)}</span>
          <span className="truncate text-ink-soft max-md:hidden">
            {row.targetType} <span className="font-mono text-2xs">{shortId(visibleText(row.targetId))}</span>
          </span>
        </summary>
        <Details row={row} />
      </details>
    </li>
  )
})

const HREFS: Record<string, (id: string) => string> = { runner: runnerHref, session: sessionHref }

function Details({ row }: { row: AuditShown }) {
  const { changes, rest } = changesOf(row.data)
  const href = HREFS[row.targetType]?.(row.targetId)
  const facts: [string, string | null][] = [
    ['row', String(row.seq)],
    ['from', row.remoteAddr],
    ['signed in by', row.credential],
    ['request', row.requestId],
    ...rest,
  ]
  return (
    <div className="grid gap-3 border-line border-t bg-sunken px-4 py-3 text-xs md:pl-11">
      {changes.length > 0 && (
        <table className="w-full text-left">
          <thead className="text-ink-faint">
            <tr>
              <th className="w-1/5 pr-3 pb-1 font-normal">changed</th>
              <th className="w-2/5 pr-3 pb-1 font-normal">before</th>
              <th className="w-2/5 pb-1 font-normal">after</th>
            </tr>
          </thead>
          <tbody>
            {changes.map(({ name, before, after }) => (
              <tr key={name} className="align-top">
                <th className="break-all pr-3 font-medium">{visibleText(name)}</th>
                <td className="break-all pr-3 font-mono text-2xs text-bad leading-4">{visibleText(before ?? '–')}</td>
                <td className="break-all font-mono text-2xs text-ok leading-4">{visibleText(after ?? '–')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <dl className="grid grid-cols-[7rem_1fr] gap-x-3 gap-y-1">
        <dt className="text-ink-faint">{row.targetType}</dt>
        <dd className="break-all font-mono text-2xs leading-4">
          {href === undefined ? (
            visibleText(row.targetId)
          ) : (
            <Link href={href} className="underline">
              {row.targetId}
            </Link>
          )}
        </dd>
        {facts.map(([name, value]) =>
          value === null ? null : (
            <Fact key={name} name={name}>
              {value}
            </Fact>
          ),
        )}
      </dl>
    </div>
  )
}

const Fact = ({ name, children }: { name: string; children: string }) => (
  <>
    <dt className="text-ink-faint">{visibleText(name)}</dt>
    <dd className="break-all font-mono text-2xs leading-4">{visibleText(children)}</dd>
  </>
)

/** Only this text depends on the clock: it names the day once that is over. */
function Moment({ at }: { at: string }) {
  const now = useNow()
  return (
    <time dateTime={at} title={at} className="text-ink-faint text-xs">
      {now > 0 && formatMoment(at, now)}
    </time>
  )
}

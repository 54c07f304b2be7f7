'use client'
import { useQuery } from '@tanstack/react-query'
import { Keyboard } from 'lucide-react'
import { useTRPC } from '@/components/api/client'
import { formatBytes } from '@/components/format/quantity'
import { formatSince } from '@/components/format/time'
import { useNow } from '@/components/format/use-now'
import { driveEndWords } from '@/contracts/drive/drive'
import type { Runner } from '@/contracts/runner/runner'

/** Rows that fit beside a terminal; all of them are a command away. */
const SHOWN = 8

/** Who had the driver seat, newest first, and whether what they typed is recorded. */
export function DriversPart({ runner }: { runner: Runner }) {
  const trpc = useTRPC()
  const now = useNow()
  const { data } = useQuery(trpc.runner.drivers.queryOptions({ id: runner.id, limit: SHOWN }))
  if (data === undefined) return null
  return (
    <>
      <p className="text-ink-faint text-xs">
        {runner.inputRecorded ? 'Keystrokes are recorded.' : 'Who drives is recorded, keystrokes are not.'}
      </p>
      {data.length === 0 ? (
        <p className="text-ink-faint text-xs">Nobody has driven it.</p>
      ) : (
        <ul data-testid="drivers" className="flex flex-col gap-1.5 text-xs">
          {data.map((drive) => {
            const until = drive.endedAt === null ? now : Date.parse(drive.endedAt)
            return (
              <li key={drive.id} className="grid grid-cols-[0.875rem_1fr] gap-x-2" title={drive.credential}>
                <Keyboard
                  aria-hidden
                  className={drive.endedAt === null ? 'size-3.5 text-accent-strong' : 'size-3.5 text-ink-faint'}
                />
                <span className="flex min-w-0 justify-between gap-2">
                  <span className="truncate">{drive.userName}</span>
                  <time dateTime={drive.beganAt} className="shrink-0 text-ink-faint">
                    {new Date(drive.beganAt).toLocaleString(undefined, { dateStyle: 'short', timeStyle: 'medium' })}
                  </time>
                </span>
                <span className="col-start-2 text-ink-faint">
                  {now > 0 && `for ${formatSince(drive.beganAt, Math.max(until, Date.parse(drive.beganAt)))}, `}
                  {driveEndWords(drive.endCause)}, {formatBytes(drive.inputBytes)} sent
                </span>
              </li>
            )
          })}
        </ul>
      )}
    </>
  )
}

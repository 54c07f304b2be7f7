'use client'
import { useQuery } from '@tanstack/react-query'
import { useTRPC } from '@/components/api/client'
import { confinementWords } from '@/contracts/runner/confinement'

/** A measurement comes moments after the start and is no event. */
const UNTIL_MEASURED_MS = 2_000

/** What confines a runner, as its agent measured it on the running process. */
export function ConfinementPart({ runnerId }: { runnerId: string }) {
  const trpc = useTRPC()
  const { data } = useQuery({
    ...trpc.runner.get.queryOptions({ id: runnerId }),
    refetchInterval: ({ state }) =>
      state.data?.confinement === null && !state.data.endedAt ? UNTIL_MEASURED_MS : false,
  })
  if (data === undefined) return null
  if (data.confinement === null) return <p className="text-ink-faint text-xs">Not measured.</p>
  return (
    <dl data-testid="confinement" className="grid grid-cols-[5.5rem_1fr] gap-x-3 gap-y-1.5 text-xs">
      {confinementWords(data.confinement).map(({ name, value }) => (
        <div key={name} className="contents">
          <dt className="text-ink-faint">{name}</dt>
          <dd className="break-words">{value}</dd>
        </div>
      ))}
    </dl>
  )
}

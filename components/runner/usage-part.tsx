'use client'
import { useQuery } from '@tanstack/react-query'
import { useTRPC } from '@/components/api/client'
import { formatCost, formatCount, plural } from '@/components/format/quantity'
import type { UsageDrift, UsageSum } from '@/contracts/usage/summary'

/** What a runner has used, by kind of token, and what each source has told of it; nothing while it has used nothing. */
export function UsagePart({ runnerId }: { runnerId: string }) {
  const trpc = useTRPC()
  const { data } = useQuery(trpc.usage.summary.queryOptions({ by: 'model', timeZone: 'UTC', runner: runnerId }))
  if (!data || data.total.requests === 0) return null
  const { total, drift } = data
  const { tokens } = total
  const kinds = [
    ['Input', tokens.input],
    ['Output', tokens.output],
    ['Cache read', tokens.cacheRead],
    ['Cache write', tokens.cacheWrite5m + tokens.cacheWrite1h],
  ] as const
  return (
    <section className="flex flex-col gap-2.5 px-4 py-3.5">
      <h2 className="font-medium text-ink-faint text-xs">Usage</h2>
      <p className="text-xs">
        {formatCount(total.totalTokens)} tokens, {plural(total.requests, 'request')}, {costOf(total)}
      </p>
      <dl className="grid grid-cols-2 gap-x-4 gap-y-1 text-xs">
        {kinds.map(([name, count]) => (
          <div key={name} className="flex justify-between gap-2">
            <dt className="text-ink-faint">{name}</dt>
            <dd>{formatCount(count)}</dd>
          </div>
        ))}
      </dl>
      <Drift drift={drift} counted={total.totalTokens} />
    </section>
  )
}

const costOf = ({ costUsd, unpricedRequests }: UsageSum): string =>
  `${formatCost(costUsd)}${unpricedRequests > 0 ? `, ${plural(unpricedRequests, 'request')} without a price` : ''}`

const exact = (count: number): string => count.toLocaleString('en-US')

function Drift({ drift, counted }: { drift: UsageDrift; counted: number }) {
  const { tokens, transcriptTokens, telemetryTokens, onlyTranscript, onlyTelemetry } = drift
  return (
    <details className="text-ink-soft text-xs">
      <summary className={tokens === 0 ? 'cursor-pointer' : 'cursor-pointer text-warn'}>
        {tokens === 0
          ? 'Transcript and telemetry agree'
          : `Telemetry told ${exact(Math.abs(tokens))} tokens ${tokens > 0 ? 'more' : 'less'} than the transcript`}
      </summary>
      <dl className="grid grid-cols-[1fr_auto] gap-x-3 gap-y-1 pt-2">
        <dt>Transcript, {plural(drift.requests + onlyTranscript, 'request')}</dt>
        <dd className="text-right">{exact(transcriptTokens)}</dd>
        <dt>Telemetry, {plural(drift.requests + onlyTelemetry, 'request')}</dt>
        <dd className="text-right">{exact(telemetryTokens)}</dd>
        <dt>Counted, each request once</dt>
        <dd className="text-right">{exact(counted)}</dd>
      </dl>
    </details>
  )
}

'use client'
import { useQuery } from '@tanstack/react-query'
import { CircleCheck, CircleX, TriangleAlert } from 'lucide-react'
import { useTRPC } from '@/components/api/client'
import { problemText } from '@/components/api/toast-problem'
import { formatBytes } from '@/components/format/quantity'
import { Panel, PanelHeader, Skeleton } from '@/components/ui/panel'
import { StateLine } from '@/components/ui/state-line'
import type { SystemHealth } from '@/contracts/system/system'

/** Nothing tells of a dependency's health but asking. */
const HEALTH_POLL_MS = 10_000

const OVERALL: Record<SystemHealth['status'], { word: string; icon: typeof CircleCheck; tone: string }> = {
  ok: { word: 'All well', icon: CircleCheck, tone: 'text-ok' },
  degraded: { word: 'Degraded', icon: TriangleAlert, tone: 'text-warn' },
  down: { word: 'Down', icon: CircleX, tone: 'text-bad' },
}

/** Health of every part and dependency. */
export function HealthPanel() {
  const trpc = useTRPC()
  const health = useQuery(trpc.system.health.queryOptions(undefined, { refetchInterval: HEALTH_POLL_MS }))
  const status = useQuery(trpc.system.status.queryOptions(undefined, { refetchInterval: HEALTH_POLL_MS }))
  const overall = health.data && OVERALL[health.data.status]
  return (
    <Panel>
      <PanelHeader title="Health" note={status.data && `version ${status.data.version}`}>
        {overall && (
          <span className={`flex items-center gap-1.5 font-medium ${overall.tone}`}>
            <overall.icon aria-hidden className="size-4" />
            {overall.word}
          </span>
        )}
      </PanelHeader>
      {health.error && !health.data && <p className="px-4 py-3 text-ink-soft">{problemText(health.error)}</p>}
      {!health.data && !health.error && <Skeleton className="m-4 h-24" />}
      <ul className="divide-y divide-line">
        {health.data?.checks.map((check) => (
          <StateLine key={check.name} state={check.off ? 'off' : check.ok ? 'ok' : 'bad'} name={check.name}>
            {check.detail}
            {check.hint !== null && <span className="block text-xs">{check.hint}</span>}
          </StateLine>
        ))}
      </ul>
      {status.data && (
        <p className="flex flex-wrap gap-x-4 border-line border-t px-4 py-2.5 text-ink-faint text-xs">
          <span>
            web pid {status.data.web.pid}, {formatBytes(status.data.web.memoryBytes)}
          </span>
          {status.data.daemon && (
            <span>
              daemon pid {status.data.daemon.pid}, {formatBytes(status.data.daemon.memoryBytes)}
            </span>
          )}
          {status.data.broker.kind === 'amqp' && <span>{status.data.outboxPending} events to deliver</span>}
        </p>
      )}
    </Panel>
  )
}

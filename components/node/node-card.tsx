'use client'
import { CircleCheck, CircleDashed, CirclePause, CircleX } from 'lucide-react'
import type { ReactNode } from 'react'
import { Allowed } from '@/components/access/allowed'
import { formatBytes, plural } from '@/components/format/quantity'
import { formatDuration, formatSince } from '@/components/format/time'
import { useNow } from '@/components/format/use-now'
import { ProviderIcon } from '@/components/runner/provider-mark'
import { Panel } from '@/components/ui/panel'
import type { Node } from '@/contracts/node/node'
import { NodeActions } from './node-actions'

/** One machine: its load, its agents, and what is installed on it. */
export function NodeCard({ node }: { node: Node }) {
  const now = useNow()
  const seen = node.lastSeenAt && now > 0 ? `${formatSince(node.lastSeenAt, now)} ago` : 'never'
  return (
    <Panel>
      <header className="flex items-start justify-between gap-3 px-4 pt-4">
        <div className="min-w-0">
          <h2 className="truncate font-semibold text-[0.9375rem]">{node.name}</h2>
          <p className="truncate text-ink-faint text-xs">
            {[node.hostname, node.platform && `${node.platform} ${node.arch ?? ''}`, node.kind]
              .filter(Boolean)
              .join(' · ')}
          </p>
        </div>
        {node.draining ? (
          <span className="flex items-center gap-1.5 font-medium text-warn">
            <CirclePause aria-hidden className="size-4" />
            {node.online ? 'Draining' : `Draining, offline, seen ${seen}`}
          </span>
        ) : node.online ? (
          <span className="flex items-center gap-1.5 font-medium text-ok">
            <CircleCheck aria-hidden className="size-4" />
            Online
          </span>
        ) : (
          <span className="flex items-center gap-1.5 font-medium text-lost">
            <CircleX aria-hidden className="size-4" />
            Offline, seen {seen}
          </span>
        )}
      </header>
      <dl className="grid grid-cols-2 gap-4 px-4 py-4 sm:grid-cols-4">
        <Figure name="Runners">{node.liveRunners}</Figure>
        <Figure name="Load">
          {node.loadAverage?.toFixed(2) ?? '–'}
          {node.cpuCount !== null && <Note>of {plural(node.cpuCount, 'core')}</Note>}
        </Figure>
        <Figure name="Free memory">
          {node.freeMemoryBytes === null ? '–' : formatBytes(node.freeMemoryBytes)}
          {node.memoryBytes !== null && <Note>of {formatBytes(node.memoryBytes)}</Note>}
        </Figure>
        <Figure name="Last heard">{seen}</Figure>
        {node.kind === 'remote' && (
          <Figure name="Certificate">
            {node.certificateExpiresAt === null
              ? 'none'
              : now > 0 && `${formatDuration(Date.parse(node.certificateExpiresAt) - now)} left`}
          </Figure>
        )}
      </dl>
      <Allowed may="admin" where="installation">
        <NodeActions node={node} />
      </Allowed>
      <section aria-label={`Agents of ${node.name}`} className="border-line border-t px-4 py-3">
        <h3 className="mb-1.5 font-medium text-ink-faint text-xs">Agents</h3>
        {node.agents.length === 0 && <p className="text-ink-faint">None is connected.</p>}
        <ul className="flex flex-col gap-1">
          {node.agents.map((agent) => (
            <li key={agent.id} className="flex flex-wrap gap-x-3 text-xs">
              <span className="font-mono">pid {agent.pid}</span>
              <span className="text-ink-soft">version {agent.version}</span>
              <span className="text-ink-soft">{plural(agent.runnerCount, 'runner')}</span>
              <span className={agent.connected ? 'text-ink-faint' : 'text-lost'}>
                {agent.connected ? 'connected' : 'not connected'}
              </span>
              <span className="text-ink-faint">{now > 0 && `up ${formatSince(agent.startedAt, now)}`}</span>
            </li>
          ))}
        </ul>
      </section>
      <section aria-label={`Providers of ${node.name}`} className="border-line border-t px-4 py-3">
        <h3 className="mb-1.5 font-medium text-ink-faint text-xs">Providers</h3>
        <ul className="flex flex-col gap-1.5">
          {node.providers.map((provider) => (
            <li key={provider.id} className="grid grid-cols-[1.25rem_6.5rem_1fr] items-center gap-2 text-xs">
              {provider.available ? (
                <CircleCheck aria-label="Installed" className="size-3.5 text-ok" />
              ) : (
                <CircleDashed aria-label="Not installed" className="size-3.5 text-ink-faint" />
              )}
              <span className="flex items-center gap-1.5">
                <ProviderIcon provider={provider.id} className="size-3.5 shrink-0 text-ink-faint" />
                {provider.displayName}
              </span>
              <span className="min-w-0 break-words text-ink-faint">
                {provider.available ? (
                  <span className="font-mono text-2xs">{provider.path}</span>
                ) : (
                  provider.installHint
                )}
              </span>
            </li>
          ))}
        </ul>
      </section>
    </Panel>
  )
}

const Figure = ({ name, children }: { name: string; children: ReactNode }) => (
  <div>
    <dt className="text-ink-faint text-xs">{name}</dt>
    <dd className="mt-0.5 text-[0.9375rem]">{children}</dd>
  </div>
)

const Note = ({ children }: { children: ReactNode }) => (
  <span className="ml-1.5 text-ink-faint text-xs">{children}</span>
)

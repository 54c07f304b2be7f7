'use client'
import { Copy } from 'lucide-react'
import Link from 'next/link'
import type { ReactNode } from 'react'
import type { TerminalLinkState } from '@/client/terminal/terminal-link-state'
import { Allowed } from '@/components/access/allowed'
import { RunnerApprovals } from '@/components/approval/runner-approvals'
import { formatBytes, formatCount, formatCpu } from '@/components/format/quantity'
import { formatSince } from '@/components/format/time'
import { useNow } from '@/components/format/use-now'
import { PromptBox } from '@/components/prompt/prompt-box'
import { RunnerShares } from '@/components/share/runner-shares'
import { copyText } from '@/components/shell/copy-text'
import { projectHref, sessionHref } from '@/components/shell/navigation'
import { Button } from '@/components/ui/button'
import type { Runner } from '@/contracts/runner/runner'
import { isEnded } from '@/contracts/runner/status'
import { ActivityPart, hasActivity } from './activity-part'
import { ConfinementPart } from './confinement-part'
import { DriversPart } from './drivers-part'
import { Presence, type SeatActions } from './presence'
import { ACTION_LOOKS } from './runner-actions'
import { attachCommand, stateSince } from './runner-state'
import { RunnerTimeline } from './runner-timeline'
import { Sparkline } from './sparkline'
import { StateBadge } from './state-badge'
import { UsagePart } from './usage-part'
import { useAllowedActions } from './use-allowed-actions'
import { useRunnerActions } from './use-runner-actions'
import { useVitalsHistory } from './use-vitals-history'

/** The least full scales, so that an idle runner's noise does not look like work: one tenth of a core, 64 MB. */
const CPU_FLOOR = 10
const MEMORY_FLOOR = 64 * 1024 * 1024

interface RunnerPanelProps {
  runner: Runner
  link: TerminalLinkState
  /** Which of those attached is this page. */
  clientId: string
  seat: SeatActions
  /** Where its program says it is (OSC 7); null while it has not. */
  directory: string | null
}

/** Everything known about a runner, beside its terminal. */
export function RunnerPanel({ runner, link, clientId, seat, directory }: RunnerPanelProps) {
  const now = useNow()
  const perform = useRunnerActions()
  const actions = useAllowedActions()(runner)
  const { cpu, memory } = useVitalsHistory(runner)
  const live = !isEnded(runner.status)
  const attach = attachCommand(runner)
  return (
    <div className="divide-y divide-line">
      <RunnerApprovals runnerId={runner.id} />
      <Part>
        <div className="flex items-center justify-between">
          <StateBadge runner={runner} />
          <span className="text-ink-faint text-xs">{now > 0 && `for ${formatSince(stateSince(runner), now)}`}</span>
        </div>
        {runner.reason && <p className="text-ink-soft text-xs">{runner.reason}</p>}
        <div className="flex flex-wrap gap-1.5">
          {actions.map((action) => {
            const { label, icon: Icon, danger } = ACTION_LOOKS[action]
            return (
              <Button
                key={action}
                size="sm"
                variant={danger ? 'danger' : 'secondary'}
                onClick={() => void perform(action, [runner])}
              >
                <Icon aria-hidden />
                {label}
              </Button>
            )
          })}
        </div>
      </Part>
      {live && hasActivity(runner.activityDetail) && (
        <Part title="Doing">
          <ActivityPart detail={runner.activityDetail} />
        </Part>
      )}
      {live && (
        <Part>
          <Vital name="CPU" value={formatCpu(runner.cpuPercent)}>
            <Sparkline values={cpu} floor={CPU_FLOOR} label={`CPU, now ${formatCpu(runner.cpuPercent)}`} />
          </Vital>
          {runner.status === 'running' && runner.cpuLimitPercent !== null && (
            <p className="text-warn text-xs">
              Held to {formatCpu(runner.cpuLimitPercent)} CPU by the{' '}
              <Link href={projectHref(runner.project)} className="underline">
                project's quota
              </Link>
              .
            </p>
          )}
          <Vital name="Memory" value={formatBytes(runner.memoryBytes)}>
            <Sparkline values={memory} floor={MEMORY_FLOOR} label={`Memory, now ${formatBytes(runner.memoryBytes)}`} />
          </Vital>
        </Part>
      )}
      {live && (
        <>
          <Allowed may="drive" where={{ project: runner.projectId }}>
            <Part title="Send a prompt">
              <PromptBox runnerId={runner.id} />
            </Part>
          </Allowed>
          <Part title="Attach from a shell">
            <div className="flex items-center gap-1 rounded-md border border-line bg-sunken pl-2.5">
              <code className="min-w-0 flex-1 truncate font-mono text-xs">{attach}</code>
              <Button
                variant="ghost"
                size="icon-sm"
                aria-label="Copy attach command"
                onClick={() => void copyText(attach, 'Attach command')}
              >
                <Copy aria-hidden />
              </Button>
            </div>
          </Part>
          <Part title="Who is here">
            <Presence link={link} clientId={clientId} seat={seat} />
          </Part>
        </>
      )}
      <Part title="Shared">
        <RunnerShares runner={runner} />
      </Part>
      <Part title="Facts">
        <dl className="grid grid-cols-[5.5rem_1fr] gap-x-3 gap-y-1.5 text-xs">
          <Fact name="Project">
            <Link href={projectHref(runner.project)} className="hover:underline">
              {runner.project}
            </Link>
          </Fact>
          <Fact name="Directory" mono>
            {runner.cwd}
          </Fact>
          {live && directory !== null && directory !== runner.cwd && (
            <Fact name="Now in" mono>
              {directory}
            </Fact>
          )}
          <Fact name="Tokens">{formatCount(runner.tokensUsed)}</Fact>
          <Fact name="Node">{runner.node}</Fact>
          <Fact name="Process" mono>
            {runner.pid ?? '–'}
          </Fact>
          <Fact name="Session" mono>
            {runner.sessionId ? (
              <Link href={sessionHref(runner.sessionId)} className="hover:underline">
                {runner.sessionId}
              </Link>
            ) : (
              '–'
            )}
          </Fact>
          <Fact name="Runner" mono>
            {runner.id}
          </Fact>
          <Fact name="On failure">
            {runner.restartPolicy === 'never' ? 'stays ended' : 'starts again'}
            {runner.restartCount > 0 && `, ${runner.restartCount} so far`}
          </Fact>
        </dl>
      </Part>
      <Part title="Drivers">
        <DriversPart runner={runner} />
      </Part>
      <Part title="Confinement">
        <ConfinementPart runnerId={runner.id} />
      </Part>
      <UsagePart runnerId={runner.id} />
      <Part title="Timeline">
        <RunnerTimeline runnerId={runner.id} />
      </Part>
    </div>
  )
}

const Part = ({ title, children }: { title?: string; children: ReactNode }) => (
  <section className="flex flex-col gap-2.5 px-4 py-3.5">
    {title && <h2 className="font-medium text-ink-faint text-xs">{title}</h2>}
    {children}
  </section>
)

const Vital = ({ name, value, children }: { name: string; value: string; children: ReactNode }) => (
  <div className="grid grid-cols-[4rem_1fr_4.5rem] items-center gap-2 text-xs">
    <span className="text-ink-faint">{name}</span>
    {children}
    <span className="text-right">{value}</span>
  </div>
)

const Fact = ({ name, mono = false, children }: { name: string; mono?: boolean; children: ReactNode }) => (
  <>
    <dt className="text-ink-faint">{name}</dt>
    <dd className={mono ? 'break-all font-mono text-2xs leading-4' : 'break-words'}>{children}</dd>
  </>
)

'use client'
import { useQuery } from '@tanstack/react-query'
import { Archive, Play, SquareTerminal } from 'lucide-react'
import { useParams } from 'next/navigation'
import { Allowed } from '@/components/access/allowed'
import { useTRPC } from '@/components/api/client'
import { orderForFleet } from '@/components/api/runner-cache'
import { useRunners } from '@/components/api/use-runners'
import { BudgetsPanel } from '@/components/budget/budgets-panel'
import { RunnerTile } from '@/components/fleet/runner-tile'
import { formatCount, plural } from '@/components/format/quantity'
import { SessionTable } from '@/components/session/session-table'
import { useDialogs } from '@/components/shell/dialogs-context'
import { LoadFailure } from '@/components/shell/load-failure'
import { PageHeader } from '@/components/shell/page-header'
import { Button } from '@/components/ui/button'
import { EmptyState, Panel, PanelHeader, Skeleton } from '@/components/ui/panel'
import type { Project } from '@/contracts/project/project'
import { ConfinementPanel } from './confinement-panel'
import { ProjectSettings } from './project-settings'
import { ProjectVariables } from './project-variables'
import { QuotaPanel } from './quota-panel'

/** One project: its runners, sessions, quota, variables and settings. */
export function ProjectPage() {
  const { name } = useParams<{ name: string }>()
  const trpc = useTRPC()
  const query = useQuery(trpc.project.get.queryOptions({ project: decodeURIComponent(name) }))
  if (query.data) return <ProjectView project={query.data} />
  if (query.error) return <LoadFailure error={query.error} />
  return (
    <div role="status" aria-label="Loading project" className="flex flex-col gap-4 p-6">
      <Skeleton className="h-8 w-64" />
      <Skeleton className="h-52" />
    </div>
  )
}

function ProjectView({ project }: { project: Project }) {
  const dialogs = useDialogs()
  const runners = orderForFleet((useRunners().data ?? []).filter((runner) => runner.projectId === project.id))
  const launchShell = () => dialogs.launch({ project: project.name, provider: 'shell' })
  return (
    <div className="mx-auto flex max-w-[90rem] flex-col gap-5 p-4 md:p-6">
      <PageHeader
        title={project.name}
        note={project.description ?? <span className="font-mono text-xs">{project.path}</span>}
      >
        {project.archivedAt === null && (
          <Allowed may="launch" where={{ project: project.id }}>
            <Button onClick={launchShell}>
              <SquareTerminal aria-hidden />
              Shell
            </Button>
            <Button variant="primary" onClick={() => dialogs.launch({ project: project.name })}>
              <Play aria-hidden />
              Launch
            </Button>
          </Allowed>
        )}
      </PageHeader>
      {project.archivedAt !== null && (
        <p className="flex items-center gap-2 rounded-md border border-line bg-sunken px-3 py-2 text-ink-soft">
          <Archive aria-hidden className="size-4" />
          Archived: nothing can be launched here. It can be taken back below.
        </p>
      )}
      <p className="flex flex-wrap gap-x-5 gap-y-1 text-ink-soft">
        <span>{plural(project.liveRunners, 'live runner')}</span>
        <span>{plural(project.sessionCount, 'session')}</span>
        <span>{formatCount(project.tokensUsed)} tokens used</span>
        <span>on {project.node}</span>
      </p>
      {runners.length > 0 ? (
        <section aria-label="Runners" className="grid grid-cols-[repeat(auto-fill,minmax(min(100%,19rem),1fr))] gap-3">
          <h2 className="sr-only">Runners</h2>
          {runners.map((runner) => (
            <RunnerTile key={runner.id} runner={runner} selected={false} selecting={false} />
          ))}
        </section>
      ) : (
        <Panel>
          <EmptyState
            icon={SquareTerminal}
            title="Nothing runs here"
            actions={
              <Allowed may="launch" where={{ project: project.id }}>
                <Button onClick={launchShell}>Launch a shell</Button>
              </Allowed>
            }
          >
            Launch a runner and it appears here, live.
          </EmptyState>
        </Panel>
      )}
      <div className="grid items-start gap-4 lg:grid-cols-2">
        <div className="flex flex-col gap-4">
          <QuotaPanel project={project.name} />
          <BudgetsPanel project={project.name} />
          <Allowed may="admin" where={{ project: project.id }}>
            <ProjectVariables project={project.name} />
            <ConfinementPanel project={project.name} />
          </Allowed>
        </div>
        <Allowed may="admin" where={{ project: project.id }}>
          <ProjectSettings key={project.updatedAt} project={project} />
        </Allowed>
      </div>
      <Panel>
        <PanelHeader title="Sessions" />
        <SessionTable filter={{ project: project.name }} />
      </Panel>
    </div>
  )
}

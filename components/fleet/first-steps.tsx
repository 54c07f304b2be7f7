'use client'
import { FolderPlus, SquareTerminal } from 'lucide-react'
import { Allowed, useMay } from '@/components/access/allowed'
import { useProjects } from '@/components/api/use-runners'
import { ProjectSuggestions } from '@/components/project/project-suggestions'
import { useDialogs } from '@/components/shell/dialogs-context'
import { Button } from '@/components/ui/button'
import { EmptyState } from '@/components/ui/panel'

/** No runner yet: what to do first. */
export function FirstSteps() {
  return (
    <div className="flex flex-col gap-4">
      <NextStep />
      <Allowed may="admin" where="installation">
        <ProjectSuggestions />
      </Allowed>
    </div>
  )
}

function NextStep() {
  const projects = useProjects()
  const dialogs = useDialogs()
  const may = useMay()
  const project = projects.data?.find(({ id, archivedAt }) => archivedAt === null && may('launch', { project: id }))
  if (!projects.data) return null
  if (!project && !may('admin', 'installation')) {
    return (
      <EmptyState icon={SquareTerminal} title="Nothing runs yet">
        What is launched in your projects appears here, live.
      </EmptyState>
    )
  }
  if (!project) {
    return (
      <EmptyState
        icon={FolderPlus}
        title="Start with a project"
        actions={
          <Button variant="primary" size="lg" onClick={dialogs.createProject}>
            <FolderPlus aria-hidden />
            New project
          </Button>
        }
      >
        A project is a directory with a name. Runners work in it: Claude Code, another agent, or a plain shell.
      </EmptyState>
    )
  }
  return (
    <EmptyState
      icon={SquareTerminal}
      title="Nothing runs yet"
      actions={
        <>
          <Button variant="primary" size="lg" onClick={() => dialogs.launch({ project: project.name })}>
            Launch in {project.name}
          </Button>
          <Button size="lg" onClick={() => dialogs.launch({ project: project.name, provider: 'shell' })}>
            <SquareTerminal aria-hidden />
            Launch a shell
          </Button>
        </>
      }
    >
      Launched runners appear here, live. They go on when this page, or any part of Stratavore, goes away.
    </EmptyState>
  )
}

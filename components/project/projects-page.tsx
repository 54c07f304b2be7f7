'use client'
import { FolderGit2, FolderPlus } from 'lucide-react'
import { Allowed } from '@/components/access/allowed'
import { useProjects } from '@/components/api/use-runners'
import { useDialogs } from '@/components/shell/dialogs-context'
import { LoadFailure } from '@/components/shell/load-failure'
import { PageHeader } from '@/components/shell/page-header'
import { Button } from '@/components/ui/button'
import { EmptyState, Skeleton } from '@/components/ui/panel'
import { ProjectCard } from './project-card'

/** Where is work: every project as a card. */
export function ProjectsPage() {
  const projects = useProjects()
  const dialogs = useDialogs()
  return (
    <div className="mx-auto flex max-w-[90rem] flex-col gap-4 p-4 md:p-6">
      <PageHeader title="Projects">
        <Allowed may="admin" where="installation">
          <Button variant="primary" onClick={dialogs.createProject}>
            <FolderPlus aria-hidden />
            New project
          </Button>
        </Allowed>
      </PageHeader>
      {projects.data ? (
        projects.data.length === 0 ? (
          <EmptyState
            icon={FolderGit2}
            title="No project yet"
            actions={
              <Allowed may="admin" where="installation">
                <Button variant="primary" size="lg" onClick={dialogs.createProject}>
                  New project
                </Button>
              </Allowed>
            }
          >
            A project is a directory with a name, a quota and defaults. Runners work in it.
          </EmptyState>
        ) : (
          <div className="grid grid-cols-[repeat(auto-fill,minmax(min(100%,20rem),1fr))] gap-3">
            {projects.data.map((project) => (
              <ProjectCard key={project.id} project={project} />
            ))}
          </div>
        )
      ) : projects.error ? (
        <LoadFailure error={projects.error} />
      ) : (
        <div
          role="status"
          aria-label="Loading projects"
          className="grid grid-cols-[repeat(auto-fill,minmax(min(100%,20rem),1fr))] gap-3"
        >
          <Skeleton className="h-36" />
          <Skeleton className="h-36" />
          <Skeleton className="h-36" />
        </div>
      )}
    </div>
  )
}

'use client'
import { Play } from 'lucide-react'
import Link from 'next/link'
import { Allowed } from '@/components/access/allowed'
import { formatCount, plural } from '@/components/format/quantity'
import { ProviderIcon } from '@/components/runner/provider-mark'
import { useDialogs } from '@/components/shell/dialogs-context'
import { projectHref } from '@/components/shell/navigation'
import { Button } from '@/components/ui/button'
import { Tooltip } from '@/components/ui/tooltip'
import type { Project } from '@/contracts/project/project'
import { QuotaMeter } from './quota-meter'

/** One project at a glance. */
export function ProjectCard({ project }: { project: Project }) {
  const dialogs = useDialogs()
  return (
    <article className="relative flex flex-col gap-3 rounded-lg border border-line bg-surface p-4 transition-colors hover:border-line-strong has-[a:focus-visible]:border-accent">
      <header className="flex items-start gap-2">
        <div className="min-w-0 flex-1">
          <h2 className="truncate font-semibold">
            <Link href={projectHref(project.name)} className="outline-none after:absolute after:inset-0">
              {project.name}
            </Link>
          </h2>
          <p className="truncate font-mono text-2xs text-ink-faint" title={project.path}>
            {project.path}
          </p>
        </div>
        <Allowed may="launch" where={{ project: project.id }}>
          <Tooltip text={`Launch in ${project.name}`}>
            <Button
              size="icon-sm"
              className="relative z-10"
              aria-label={`Launch in ${project.name}`}
              onClick={() => dialogs.launch({ project: project.name })}
            >
              <Play aria-hidden />
            </Button>
          </Tooltip>
        </Allowed>
      </header>
      <QuotaMeter used={project.liveRunners} limit={project.runnerQuota} />
      <footer className="flex items-center gap-3 text-ink-faint text-xs">
        <span className="flex items-center gap-1.5">
          <ProviderIcon provider={project.defaultProvider} className="size-3.5" />
          {project.defaultProvider}
        </span>
        <span>{plural(project.sessionCount, 'session')}</span>
        {project.tokensUsed > 0 && <span>{formatCount(project.tokensUsed)} tokens</span>}
        {project.waitingRunners > 0 && (
          <span className="ml-auto font-medium text-warn">{project.waitingRunners} waiting</span>
        )}
      </footer>
    </article>
  )
}

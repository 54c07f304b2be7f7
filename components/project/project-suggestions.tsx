'use client'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { FolderPlus } from 'lucide-react'
import { toast } from 'sonner'
import { useTRPC } from '@/components/api/client'
import { toastProblem } from '@/components/api/toast-problem'
import { plural } from '@/components/format/quantity'
import { formatSince } from '@/components/format/time'
import { useNow } from '@/components/format/use-now'
import { visibleText } from '@/components/session/visible-text'
import { Button } from '@/components/ui/button'
import { Panel, PanelHeader } from '@/components/ui/panel'

/** Transcripts are found in the first seconds after the start. */
const POLL_MS = 5000

/** Directories that agents have worked in: a project each, by one click. Nothing where there are none. */
export function ProjectSuggestions() {
  const trpc = useTRPC()
  const queries = useQueryClient()
  const now = useNow()
  const suggestions = useQuery(trpc.project.suggestions.queryOptions(undefined, { refetchInterval: POLL_MS }))
  const create = useMutation(
    trpc.project.create.mutationOptions({
      onSuccess: async ({ name, sessionCount }) => {
        toast.success(`Made the project ${name}`, { description: `with ${plural(sessionCount, 'past session')}` })
        await Promise.all([
          queries.invalidateQueries(trpc.project.pathFilter()),
          queries.invalidateQueries(trpc.session.pathFilter()),
        ])
      },
      onError: (error) => toastProblem('Could not make the project', error),
    }),
  )
  const found = suggestions.data ?? []
  if (found.length === 0) return null
  return (
    <Panel className="mx-auto w-full max-w-2xl">
      <PanelHeader title="Where Claude Code was used" note="Read from its own history; nothing of it is changed." />
      <ul className="scroll-thin max-h-96 divide-y divide-line overflow-y-auto">
        {found.map(({ path, name, sessions, lastActivityAt }) => (
          <li key={path} className="flex items-center gap-3 px-4 py-2">
            <div className="min-w-0 flex-1">
              <p className="truncate font-medium">{name}</p>
              <p className="truncate text-ink-faint text-xs">
                {visibleText(path)} · {plural(sessions, 'session')}
                {now > 0 && ` · ${formatSince(lastActivityAt, now)} ago`}
              </p>
            </div>
            <Button
              size="sm"
              disabled={create.isPending}
              aria-label={`Make a project of ${name}`}
              onClick={() => create.mutate({ name, path, defaultProvider: 'claude' })}
            >
              <FolderPlus aria-hidden />
              Make a project
            </Button>
          </li>
        ))}
      </ul>
    </Panel>
  )
}

'use client'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Trash2 } from 'lucide-react'
import { useState } from 'react'
import { useTRPC } from '@/components/api/client'
import { problemText, toastProblem } from '@/components/api/toast-problem'
import { formatSince } from '@/components/format/time'
import { useNow } from '@/components/format/use-now'
import { Button } from '@/components/ui/button'
import { Input } from '@/components/ui/input'
import { Panel, PanelHeader } from '@/components/ui/panel'
import { projectVariableSetInput } from '@/contracts/project/project'

/** Variables a project's runners get. Values can be set and replaced, never read back. */
export function ProjectVariables({ project }: { project: string }) {
  const trpc = useTRPC()
  const queries = useQueryClient()
  const now = useNow()
  const variables = useQuery(trpc.project.variables.queryOptions({ project }))
  const refresh = () => queries.invalidateQueries(trpc.project.pathFilter())
  const [problem, setProblem] = useState<string | null>(null)
  const set = useMutation(
    trpc.project.setVariable.mutationOptions({
      onSuccess: refresh,
      onError: (error) => setProblem(problemText(error)),
    }),
  )
  const unset = useMutation(
    trpc.project.unsetVariable.mutationOptions({
      onSuccess: refresh,
      onError: (error) => toastProblem('Could not remove the variable', error),
    }),
  )
  return (
    <Panel>
      <PanelHeader title="Variables" note="for new runners" />
      <ul className="divide-y divide-line">
        {variables.data?.map((variable) => (
          <li key={variable.name} className="flex h-10 items-center gap-3 px-4">
            <code className="min-w-0 flex-1 truncate font-mono text-xs">{variable.name}</code>
            <span className="text-ink-faint text-xs">
              {now > 0 && `set ${formatSince(variable.updatedAt, now)} ago`}
            </span>
            <Button
              variant="ghost"
              size="icon-sm"
              aria-label={`Remove ${variable.name}`}
              onClick={() => unset.mutate({ project, name: variable.name })}
            >
              <Trash2 aria-hidden />
            </Button>
          </li>
        ))}
      </ul>
      <form
        className="flex flex-wrap gap-2 border-line border-t p-4 first:border-t-0"
        onSubmit={(event) => {
          event.preventDefault()
          const form = event.currentTarget
          const parsed = projectVariableSetInput.safeParse({ project, ...Object.fromEntries(new FormData(form)) })
          setProblem(parsed.success ? null : (parsed.error.issues[0]?.message ?? 'Not valid.'))
          if (parsed.success) set.mutate(parsed.data, { onSuccess: () => form.reset() })
        }}
      >
        <Input
          name="name"
          aria-label="Variable name"
          placeholder="NAME"
          autoComplete="off"
          spellCheck={false}
          className="min-w-32 flex-1 font-mono"
        />
        <Input
          name="value"
          type="password"
          aria-label="Variable value"
          placeholder="value"
          autoComplete="new-password"
          className="min-w-32 flex-1 font-mono"
        />
        <Button type="submit" disabled={set.isPending}>
          Set
        </Button>
        <p
          role={problem ? 'alert' : undefined}
          className={problem ? 'w-full text-bad text-xs' : 'w-full text-ink-faint text-xs'}
        >
          {problem ?? 'Values are stored encrypted and are never shown again.'}
        </p>
      </form>
    </Panel>
  )
}

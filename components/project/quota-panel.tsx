'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTRPC } from '@/components/api/client'
import { problemText } from '@/components/api/toast-problem'
import { Button } from '@/components/ui/button'
import { Field, Input } from '@/components/ui/input'
import { Panel, PanelHeader } from '@/components/ui/panel'
import type { Project } from '@/contracts/project/project'
import { quotaSetInput } from '@/contracts/quota/quota'
import { QuotaMeter } from './quota-meter'

/** How many runners of a project may live at once, and setting it. */
export function QuotaPanel({ project }: { project: Project }) {
  const trpc = useTRPC()
  const queries = useQueryClient()
  const [text, setText] = useState<string | null>(null)
  const [invalid, setInvalid] = useState<string | null>(null)
  const save = useMutation(
    trpc.quota.set.mutationOptions({
      onSuccess: async () => {
        setText(null)
        await queries.invalidateQueries(trpc.project.pathFilter())
      },
    }),
  )
  return (
    <Panel>
      <PanelHeader title="Quota" />
      <div className="flex flex-col gap-4 p-4">
        <QuotaMeter used={project.liveRunners} limit={project.runnerQuota} />
        <form
          className="flex items-end gap-2"
          onSubmit={(event) => {
            event.preventDefault()
            const parsed = quotaSetInput.safeParse({
              project: project.name,
              runners: text?.trim() ? Number(text) : null,
            })
            setInvalid(parsed.success ? null : 'A whole number from 0 to 10,000.')
            if (parsed.success) save.mutate(parsed.data)
          }}
        >
          <div className="w-44">
            <Field
              id="quota"
              label="Runners at once"
              error={invalid ?? (save.error ? problemText(save.error) : undefined)}
            >
              <Input
                id="quota"
                inputMode="numeric"
                value={text ?? String(project.runnerQuota)}
                onChange={(event) => setText(event.target.value)}
              />
            </Field>
          </div>
          <Button type="submit" disabled={text === null || save.isPending}>
            Save
          </Button>
        </form>
      </div>
    </Panel>
  )
}

'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { toast } from 'sonner'
import { readApiFailure } from '@/client/api/api-failure'
import { useTRPC } from '@/components/api/client'
import { toastProblem } from '@/components/api/toast-problem'
import { projectHref } from '@/components/shell/navigation'
import { Button } from '@/components/ui/button'
import { Field, Input, Select } from '@/components/ui/input'
import { Panel, PanelHeader } from '@/components/ui/panel'
import { type Project, projectUpdateInput } from '@/contracts/project/project'
import { providerId } from '@/contracts/provider/provider'
import { PROVIDER_PROFILES } from '@/contracts/provider/provider-profiles'
import { DeleteProject } from './delete-project'
import { PanelFormEnd } from './panel-form-end'

/** Changes, archives and deletes a project. */
export function ProjectSettings({ project }: { project: Project }) {
  const trpc = useTRPC()
  const queries = useQueryClient()
  const router = useRouter()
  const [fields, setFields] = useState<Record<string, string>>({})
  const update = useMutation(
    trpc.project.update.mutationOptions({
      onSuccess: async (updated) => {
        await queries.invalidateQueries(trpc.project.pathFilter())
        toast.success('Project saved')
        if (updated.name !== project.name) router.replace(projectHref(updated.name))
      },
      onError: (error) => setFields(readApiFailure(error).fields ?? {}),
    }),
  )
  const archived = project.archivedAt !== null
  const archive = useMutation(
    trpc.project.archive.mutationOptions({
      onSuccess: () => queries.invalidateQueries(trpc.project.pathFilter()),
      onError: (error) =>
        toastProblem(archived ? 'Could not take the project back' : 'Could not archive the project', error),
    }),
  )

  function save(form: HTMLFormElement): void {
    const { name, path, description, defaultProvider, recordsInput } = Object.fromEntries(new FormData(form))
    const parsed = projectUpdateInput.safeParse({
      project: project.id,
      name,
      path,
      description: description || null,
      defaultProvider,
      recordsInput: recordsInput === 'on',
    })
    if (parsed.success) {
      setFields({})
      update.mutate(parsed.data)
    } else setFields(Object.fromEntries(parsed.error.issues.map((issue) => [issue.path.join('.'), issue.message])))
  }
  const unplaced = update.error && Object.keys(fields).length === 0

  return (
    <Panel>
      <PanelHeader title="Settings" />
      <form
        className="grid gap-4 p-4"
        onSubmit={(event) => {
          event.preventDefault()
          save(event.currentTarget)
        }}
      >
        <Field id="settings-name" label="Name" error={fields.name}>
          <Input id="settings-name" name="name" defaultValue={project.name} autoComplete="off" spellCheck={false} />
        </Field>
        <Field id="settings-path" label="Directory" error={fields.path}>
          <Input
            id="settings-path"
            name="path"
            defaultValue={project.path}
            className="font-mono"
            autoComplete="off"
            spellCheck={false}
          />
        </Field>
        <Field id="settings-description" label="Description" error={fields.description}>
          <Input
            id="settings-description"
            name="description"
            defaultValue={project.description ?? ''}
            autoComplete="off"
          />
        </Field>
        <Field id="settings-provider" label="Default provider">
          <Select id="settings-provider" name="defaultProvider" defaultValue={project.defaultProvider}>
            {providerId.options.map((id) => (
              <option key={id} value={id}>
                {PROVIDER_PROFILES[id].displayName}
              </option>
            ))}
          </Select>
        </Field>
        <Field id="settings-input" label="Keystrokes (of new runners)">
          <Select id="settings-input" name="recordsInput" defaultValue={project.recordsInput ? 'on' : 'off'}>
            <option value="off">Not recorded</option>
            <option value="on">Recorded, passwords too</option>
          </Select>
        </Field>
        <PanelFormEnd failure={unplaced ? update.error : null} submit="Save" busy={update.isPending} />
      </form>
      <div className="flex flex-wrap gap-2 border-line border-t p-4">
        <Button
          disabled={archive.isPending}
          onClick={() => archive.mutate({ project: project.id, archived: !archived })}
        >
          {archived ? 'Take back from the archive' : 'Archive'}
        </Button>
        <DeleteProject project={project} />
      </div>
    </Panel>
  )
}

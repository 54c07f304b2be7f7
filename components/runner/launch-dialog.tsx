'use client'
import { zodResolver } from '@hookform/resolvers/zod'
import { useQueryClient } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { Controller, useForm } from 'react-hook-form'
import { readApiFailure } from '@/client/api/api-failure'
import { Allowed, useMay } from '@/components/access/allowed'
import { useTRPC, useTRPCClient } from '@/components/api/client'
import { randomId } from '@/components/api/random-id'
import { patchRunnerList } from '@/components/api/runner-cache'
import { useProjects } from '@/components/api/use-runners'
import { type LaunchPreset, useDialogs } from '@/components/shell/dialogs-context'
import { FormFooter } from '@/components/shell/form-footer'
import { runnerHref } from '@/components/shell/navigation'
import { Button } from '@/components/ui/button'
import { Dialog } from '@/components/ui/dialog'
import { Field, Input, Select, Textarea } from '@/components/ui/input'
import type { ProviderId } from '@/contracts/provider/provider'
import { type RunnerLaunchInput, runnerLaunchInput } from '@/contracts/runner/inputs'
import { ProviderPicker } from './provider-picker'

// Empty fields are absent ones: the API knows defaults, not empty strings.
const emptyToUndefined = { setValueAs: (value: string | undefined) => (value === '' ? undefined : value) }

/** Asks for project, provider and first prompt, launches, and opens the terminal. */
export function LaunchDialog({ preset, onClose }: { preset: LaunchPreset; onClose: () => void }) {
  const projects = useProjects()
  const dialogs = useDialogs()
  const may = useMay()
  const active = projects.data?.filter(({ id, archivedAt }) => archivedAt === null && may('launch', { project: id }))
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title="Launch a runner">
      {active && active.length === 0 ? (
        <div className="grid gap-4">
          <p className="text-ink-soft">A runner works in a project's directory, and there is no project yet.</p>
          <Allowed may="admin" where="installation">
            <Button variant="primary" onClick={dialogs.createProject} className="justify-self-start">
              New project
            </Button>
          </Allowed>
        </div>
      ) : (
        active && <LaunchForm preset={preset} projects={active} onClose={onClose} />
      )}
    </Dialog>
  )
}

interface LaunchFormProps {
  preset: LaunchPreset
  projects: { name: string; defaultProvider: ProviderId }[]
  onClose: () => void
}

function LaunchForm({ preset, projects, onClose }: LaunchFormProps) {
  const api = useTRPCClient()
  const trpc = useTRPC()
  const queries = useQueryClient()
  const router = useRouter()
  const [failure, setFailure] = useState<unknown>(null)
  // A second press of the button, or a retry after silence, must not start a second runner.
  const [idempotencyKey, setIdempotencyKey] = useState(randomId)
  const first = projects.find((project) => project.name === preset.project) ?? projects[0]
  const form = useForm<RunnerLaunchInput>({
    resolver: zodResolver(runnerLaunchInput),
    defaultValues: {
      project: first?.name ?? '',
      provider: preset.provider ?? first?.defaultProvider,
      restartPolicy: 'never',
    },
  })
  const { errors, isSubmitting } = form.formState
  const provider = form.watch('provider')

  const launch = form.handleSubmit(async (input) => {
    setFailure(null)
    try {
      const runner = await api.runner.launch.mutate({ ...input, idempotencyKey })
      queries.setQueryData(trpc.runner.get.queryKey({ id: runner.id }), runner)
      queries.setQueryData(trpc.runner.list.queryKey({}), (list) => list && patchRunnerList(list, runner))
      onClose()
      router.push(runnerHref(runner.id))
    } catch (error) {
      setFailure(error)
      // The server answered, so nothing was started: changed input may come under a new key.
      if (readApiFailure(error).code !== 'unreachable') setIdempotencyKey(randomId())
    }
  })

  return (
    <form onSubmit={launch} className="grid gap-4" noValidate>
      <Field id="launch-project" label="Project" error={errors.project?.message}>
        <Select
          id="launch-project"
          {...form.register('project', {
            onChange: (event) => {
              const chosen = projects.find((project) => project.name === event.target.value)
              if (chosen && !form.formState.dirtyFields.provider) form.setValue('provider', chosen.defaultProvider)
            },
          })}
        >
          {projects.map((project) => (
            <option key={project.name}>{project.name}</option>
          ))}
        </Select>
      </Field>
      <Controller
        control={form.control}
        name="provider"
        render={({ field }) => <ProviderPicker label="Provider" value={field.value} onChange={field.onChange} />}
      />
      {provider !== 'shell' && (
        <Field
          id="launch-prompt"
          label="Prompt"
          hint="Optional. Typed to the program as its first message."
          error={errors.prompt?.message}
        >
          <Textarea
            id="launch-prompt"
            aria-describedby="launch-prompt-note"
            rows={4}
            {...form.register('prompt', emptyToUndefined)}
          />
        </Field>
      )}
      <div className="grid gap-4 sm:grid-cols-2">
        <Field id="launch-name" label="Name" hint="Optional." error={errors.name?.message}>
          <Input
            id="launch-name"
            aria-describedby="launch-name-note"
            autoComplete="off"
            {...form.register('name', emptyToUndefined)}
          />
        </Field>
        <Field id="launch-restart" label="When it fails">
          <Select id="launch-restart" {...form.register('restartPolicy')}>
            <option value="never">Leave it ended</option>
            <option value="on-failure">Start it again</option>
          </Select>
        </Field>
      </div>
      <FormFooter failure={failure} submit="Launch" submitting="Launching…" busy={isSubmitting} onCancel={onClose} />
    </form>
  )
}

'use client'
import { zodResolver } from '@hookform/resolvers/zod'
import { useQueryClient } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { Controller, useForm } from 'react-hook-form'
import { readApiFailure } from '@/client/api/api-failure'
import { useTRPC, useTRPCClient } from '@/components/api/client'
import { ProviderPicker } from '@/components/runner/provider-picker'
import { FormFooter } from '@/components/shell/form-footer'
import { projectHref } from '@/components/shell/navigation'
import { Dialog } from '@/components/ui/dialog'
import { Field, Input } from '@/components/ui/input'
import { type ProjectCreateInput, projectCreateInput } from '@/contracts/project/project'

const NAME_OF_PATH = /([A-Za-z0-9][A-Za-z0-9._-]*)\/*$/

/** The last part of a path, where it can be a project's name. */
const nameFromPath = (path: string): string => NAME_OF_PATH.exec(path)?.[1] ?? ''

/** Makes a directory a project. */
export function CreateProjectDialog({ onClose }: { onClose: () => void }) {
  const api = useTRPCClient()
  const trpc = useTRPC()
  const queries = useQueryClient()
  const router = useRouter()
  const [failure, setFailure] = useState<unknown>(null)
  const form = useForm<ProjectCreateInput>({
    resolver: zodResolver(projectCreateInput),
    defaultValues: { name: '', path: '', defaultProvider: 'claude' },
  })
  const { errors, isSubmitting, dirtyFields } = form.formState

  const create = form.handleSubmit(async (input) => {
    setFailure(null)
    try {
      const project = await api.project.create.mutate(input)
      await queries.invalidateQueries(trpc.project.pathFilter())
      onClose()
      router.push(projectHref(project.name))
    } catch (error) {
      const { fields } = readApiFailure(error)
      if (fields?.path) form.setError('path', { message: fields.path })
      if (fields?.name) form.setError('name', { message: fields.name })
      if (!fields?.path && !fields?.name) setFailure(error)
    }
  })

  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="New project"
      description="A directory in which runners work."
    >
      <form onSubmit={create} className="grid gap-4" noValidate>
        <Field id="project-path" label="Directory" hint="Absolute path on the node." error={errors.path?.message}>
          <Input
            id="project-path"
            aria-describedby="project-path-note"
            aria-invalid={!!errors.path}
            className="font-mono"
            placeholder="/home/you/code/app"
            autoComplete="off"
            spellCheck={false}
            {...form.register('path', {
              onChange: (event) => {
                if (!dirtyFields.name) form.setValue('name', nameFromPath(event.target.value))
              },
            })}
          />
        </Field>
        <Field id="project-name" label="Name" hint="Letters, digits, “.”, “_” and “-”." error={errors.name?.message}>
          <Input
            id="project-name"
            aria-describedby="project-name-note"
            aria-invalid={!!errors.name}
            autoComplete="off"
            spellCheck={false}
            {...form.register('name')}
          />
        </Field>
        <Controller
          control={form.control}
          name="defaultProvider"
          render={({ field }) => (
            <ProviderPicker label="Default provider" value={field.value} onChange={field.onChange} />
          )}
        />
        <FormFooter
          failure={failure}
          submit="Create project"
          submitting="Creating…"
          busy={isSubmitting}
          onCancel={onClose}
        />
      </form>
    </Dialog>
  )
}

'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { useTRPC } from '@/components/api/client'
import { problemText } from '@/components/api/toast-problem'
import { Button } from '@/components/ui/button'
import { Dialog } from '@/components/ui/dialog'
import { Field, Input } from '@/components/ui/input'
import type { Project } from '@/contracts/project/project'

/** Deletes a project once its name was typed again. */
export function DeleteProject({ project }: { project: Project }) {
  const trpc = useTRPC()
  const queries = useQueryClient()
  const router = useRouter()
  const [open, setOpen] = useState(false)
  const [typed, setTyped] = useState('')
  const remove = useMutation(
    trpc.project.delete.mutationOptions({
      onSuccess: async () => {
        router.replace('/projects')
        await queries.invalidateQueries(trpc.project.list.pathFilter())
      },
    }),
  )
  return (
    <>
      <Button variant="danger" onClick={() => setOpen(true)}>
        Delete…
      </Button>
      <Dialog
        open={open}
        onOpenChange={setOpen}
        title={`Delete “${project.name}”?`}
        description="Its runners must have ended. The directory itself is not touched."
      >
        <form
          className="grid gap-4"
          onSubmit={(event) => {
            event.preventDefault()
            remove.mutate({ project: project.id, confirmName: typed })
          }}
        >
          <Field
            id="delete-name"
            label="Type the project's name to confirm"
            error={remove.error ? problemText(remove.error) : undefined}
          >
            <Input
              id="delete-name"
              value={typed}
              autoComplete="off"
              spellCheck={false}
              onChange={(event) => setTyped(event.target.value)}
            />
          </Field>
          <div className="flex justify-end gap-2">
            <Button onClick={() => setOpen(false)}>Cancel</Button>
            <Button type="submit" variant="danger" disabled={typed !== project.name || remove.isPending}>
              Delete project
            </Button>
          </div>
        </form>
      </Dialog>
    </>
  )
}

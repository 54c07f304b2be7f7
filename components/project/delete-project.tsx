'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { useTRPC } from '@/components/api/client'
import { ConfirmByName } from '@/components/shell/confirm-by-name'
import { Button } from '@/components/ui/button'
import type { Project } from '@/contracts/project/project'

/** Deletes a project once its name was typed again. */
export function DeleteProject({ project }: { project: Project }) {
  const trpc = useTRPC()
  const queries = useQueryClient()
  const router = useRouter()
  const [open, setOpen] = useState(false)
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
      {open && (
        <ConfirmByName
          onClose={() => setOpen(false)}
          title={`Delete “${project.name}”?`}
          description="Its runners must have ended. The directory itself is not touched."
          what="project"
          name={project.name}
          submit="Delete project"
          act={{ ...remove, mutate: (typed) => remove.mutate({ project: project.id, confirmName: typed }) }}
        />
      )}
    </>
  )
}

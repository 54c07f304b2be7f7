'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTRPC } from '@/components/api/client'
import { MakeDialog, MakeForm } from '@/components/shell/make-dialog'
import { Field, Input, Select } from '@/components/ui/input'
import { SwitchLine } from '@/components/ui/switch'
import { type UserRole, userRole } from '@/contracts/access/access'
import { InvitationLink } from './invitation-link'
import { ROLE_WORDS } from './role-words'

/** Makes a user and shows the link that lets their browser in, once. */
export const InviteDialog = ({ open, onClose }: { open: boolean; onClose: () => void }) => (
  <MakeDialog open={open} onClose={onClose} title="New user" description="They come in by a link that works once.">
    <InviteForm onClose={onClose} />
  </MakeDialog>
)

function InviteForm({ onClose }: { onClose: () => void }) {
  const trpc = useTRPC()
  const queries = useQueryClient()
  const [name, setName] = useState('')
  const [role, setRole] = useState<UserRole>('viewer')
  const [allProjects, setAllProjects] = useState(false)
  const create = useMutation(
    trpc.user.create.mutationOptions({ onSuccess: () => queries.invalidateQueries(trpc.user.list.pathFilter()) }),
  )
  return (
    <MakeForm
      making={create}
      submit="Make user"
      onSubmit={() => create.mutate({ name, role, allProjects })}
      onClose={onClose}
      made={({ link, user }) =>
        link ? (
          <InvitationLink name={user.name} url={link.url} />
        ) : (
          <p>Make a token for it: stratavore token create NAME --service {user.name} --scope read</p>
        )
      }
    >
      <Field id="user-name" label="Name">
        <Input
          id="user-name"
          autoFocus
          required
          maxLength={64}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
      </Field>
      <Field id="user-role" label="Role" hint={ROLE_WORDS[role]}>
        <Select
          id="user-role"
          aria-describedby="user-role-note"
          value={role}
          onChange={(event) => setRole(userRole.parse(event.target.value))}
        >
          {userRole.options.map((option) => (
            <option key={option} value={option}>
              {option}
            </option>
          ))}
        </Select>
      </Field>
      {role !== 'owner' && (
        <SwitchLine
          name="All projects"
          note="Otherwise those that are granted, one by one."
          checked={allProjects}
          onChange={setAllProjects}
        />
      )}
    </MakeForm>
  )
}

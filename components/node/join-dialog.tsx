'use client'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useTRPC } from '@/components/api/client'
import { MakeDialog, MakeForm } from '@/components/shell/make-dialog'
import { ShownOnce } from '@/components/shell/shown-once'
import { Field, Input, Select } from '@/components/ui/input'
import { MAX_JOIN_MINUTES } from '@/contracts/node/remote'

const LIFETIMES = [5, 10, MAX_JOIN_MINUTES] as const

/** Makes the token with which another machine joins, and shows the command to run there, once. */
export const JoinDialog = ({ open, onClose }: { open: boolean; onClose: () => void }) => (
  <MakeDialog
    open={open}
    onClose={onClose}
    title="Join a node"
    description="Another machine becomes a node by one command, which works once."
  >
    <JoinForm onClose={onClose} />
  </MakeDialog>
)

function JoinForm({ onClose }: { onClose: () => void }) {
  const trpc = useTRPC()
  const [name, setName] = useState('')
  const [minutes, setMinutes] = useState<number>(MAX_JOIN_MINUTES)
  const create = useMutation(trpc.node.joinToken.mutationOptions())
  return (
    <MakeForm
      making={create}
      submit="Make command"
      onSubmit={() => create.mutate({ name: name.trim(), minutes })}
      onClose={onClose}
      made={({ command, node, expiresAt }) => (
        <ShownOnce
          note={`Run it on the machine that is to be ${node}, until ${new Date(expiresAt).toLocaleTimeString()}. It is shown only now.`}
          what="command"
          value={command}
          testId="join-command"
        />
      )}
    >
      <Field id="join-name" label="Name" hint="Of the node. One that has joined before joins again.">
        <Input
          id="join-name"
          aria-describedby="join-name-note"
          autoFocus
          required
          maxLength={64}
          autoComplete="off"
          spellCheck={false}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
      </Field>
      <Field id="join-minutes" label="Works for">
        <Select id="join-minutes" value={minutes} onChange={(event) => setMinutes(Number(event.target.value))}>
          {LIFETIMES.map((count) => (
            <option key={count} value={count}>
              {count} minutes
            </option>
          ))}
        </Select>
      </Field>
    </MakeForm>
  )
}

'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { toast } from 'sonner'
import { readApiFailure } from '@/client/api/api-failure'
import { useTRPC } from '@/components/api/client'
import { Button } from '@/components/ui/button'
import { Field, Input } from '@/components/ui/input'
import { MIN_PASSWORD_LENGTH } from '@/contracts/identity/identity'

/** Sets or changes the password of who is signed in as `name`. */
export function PasswordForm({ name, has }: { name: string; has: boolean }) {
  const trpc = useTRPC()
  const queries = useQueryClient()
  const [open, setOpen] = useState(false)
  const [differ, setDiffer] = useState(false)
  const save = useMutation(
    trpc.auth.setPassword.mutationOptions({
      onSuccess: async () => {
        setOpen(false)
        toast.success(has ? 'Password changed' : 'Password set', { description: 'Your other browsers are signed out.' })
        await queries.invalidateQueries(trpc.auth.pathFilter())
      },
    }),
  )
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const text = (field: string) => String(form.get(field) ?? '')
    const same = text('password') === text('again')
    setDiffer(!same)
    if (same) save.mutate({ password: text('password'), ...(has ? { current: text('current') } : {}) })
  }
  const failure = save.error && readApiFailure(save.error)
  const problem = (field: string) => failure?.fields?.[field]
  const field = (id: string, label: string, autoComplete: string, error?: string, hint?: string) => (
    <Field id={`password-${id}`} label={label} error={error} hint={hint}>
      <Input
        id={`password-${id}`}
        name={id}
        type="password"
        autoComplete={autoComplete}
        required
        aria-invalid={error !== undefined}
        aria-describedby={`password-${id}-note`}
      />
    </Field>
  )
  return (
    <div className="border-line border-b px-4 py-3">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <div>
          <h3 className="font-medium">Password</h3>
          <p className="text-ink-faint text-xs">
            {has ? `Signs ${name} in.` : 'None yet: with one you can sign in without a link.'}
          </p>
        </div>
        {!open && <Button onClick={() => setOpen(true)}>{has ? 'Change password' : 'Set a password'}</Button>}
      </div>
      {open && (
        <form className="mt-3 grid max-w-sm gap-3" onSubmit={submit}>
          <input type="hidden" name="username" autoComplete="username" value={name} readOnly />
          {has && field('current', 'Present password', 'current-password', problem('current'))}
          {field(
            'password',
            'New password',
            'new-password',
            problem('password'),
            `At least ${MIN_PASSWORD_LENGTH} characters; a few words do.`,
          )}
          {field('again', 'New password again', 'new-password', differ ? 'is not the same' : undefined)}
          {failure && failure.fields === null && (
            <p role="alert" className="text-bad text-xs">
              {failure.message}
            </p>
          )}
          <div className="flex gap-2">
            <Button type="submit" variant="primary" disabled={save.isPending}>
              {save.isPending ? 'Saving…' : 'Save password'}
            </Button>
            <Button onClick={() => setOpen(false)}>Cancel</Button>
          </div>
        </form>
      )}
    </div>
  )
}

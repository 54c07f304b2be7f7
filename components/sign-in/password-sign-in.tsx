'use client'
import { type FormEvent, useState } from 'react'
import { Refused } from '@/client/api/ask-json'
import { Button } from '@/components/ui/button'
import { Field, Input } from '@/components/ui/input'
import { askSignIn } from './ask-sign-in'

/** Signs in by name and password. */
export function PasswordSignIn({ onSignedIn }: { onSignedIn: () => void }) {
  const [error, setError] = useState<string>()
  const [busy, setBusy] = useState(false)
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    setBusy(true)
    try {
      await askSignIn('password', { name: form.get('name'), password: form.get('password') })
      onSignedIn()
    } catch (failure) {
      if (!(failure instanceof Refused)) throw failure
      setError(failure.told)
      setBusy(false)
    }
  }
  return (
    <form className="grid gap-3" onSubmit={(event) => void submit(event)}>
      <Field id="sign-in-name" label="Name">
        <Input
          id="sign-in-name"
          name="name"
          autoComplete="username"
          autoCapitalize="off"
          spellCheck={false}
          required
          autoFocus
        />
      </Field>
      <Field id="sign-in-password" label="Password" error={error}>
        <Input
          id="sign-in-password"
          name="password"
          type="password"
          autoComplete="current-password"
          aria-describedby="sign-in-password-note"
          aria-invalid={error !== undefined}
          required
        />
      </Field>
      <Button type="submit" variant="primary" size="lg" disabled={busy}>
        {busy ? 'Signing in…' : 'Sign in'}
      </Button>
    </form>
  )
}

'use client'
import { useState } from 'react'
import { Button } from '@/components/ui/button'
import { Field, Input } from '@/components/ui/input'
import { loginCodeOf } from './login-code'

interface LoginFormProps {
  failure: string | undefined
  /** Whether this is the way in, or one of several. */
  primary: boolean
}

/** Takes a login link or its code and signs in with it. */
export function LoginForm({ failure, primary }: LoginFormProps) {
  const [error, setError] = useState(failure)
  return (
    <form
      className="grid gap-3"
      onSubmit={(event) => {
        event.preventDefault()
        const pasted = new FormData(event.currentTarget).get('link')
        const code = loginCodeOf(typeof pasted === 'string' ? pasted : '')
        if (code) window.location.assign(`/login?code=${encodeURIComponent(code)}`)
        else setError('That is no login link. Paste the whole line or only its code.')
      }}
    >
      <Field id="login-link" label="Login link or code" error={error}>
        <Input
          id="login-link"
          name="link"
          aria-describedby="login-link-note"
          aria-invalid={!!error}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          autoFocus={primary}
          className="font-mono"
        />
      </Field>
      <Button type="submit" variant={primary ? 'primary' : 'secondary'} size="lg">
        {primary ? 'Sign in' : 'Use the link'}
      </Button>
    </form>
  )
}

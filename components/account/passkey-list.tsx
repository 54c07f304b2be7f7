'use client'
import {
  browserSupportsWebAuthn,
  type PublicKeyCredentialCreationOptionsJSON,
  startRegistration,
} from '@simplewebauthn/browser'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Fingerprint } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { useTRPC, useTRPCClient } from '@/components/api/client'
import { problemText, toastProblem } from '@/components/api/toast-problem'
import { formatSince } from '@/components/format/time'
import { useNow } from '@/components/format/use-now'
import { useConfirm } from '@/components/shell/confirm'
import { useMounted } from '@/components/shell/use-mounted'
import { Button } from '@/components/ui/button'
import { Field, Input } from '@/components/ui/input'
import { TwoLineRow } from '@/components/ui/two-line-row'
import type { Passkey } from '@/contracts/identity/identity'

/** Passkeys of who is signed in: made, listed, removed. */
export function PasskeyList() {
  const trpc = useTRPC()
  const api = useTRPCClient()
  const queries = useQueryClient()
  const confirm = useConfirm()
  const now = useNow()
  const mounted = useMounted()
  const [naming, setNaming] = useState(false)
  const passkeys = useQuery(trpc.auth.passkeys.queryOptions())
  const again = () => queries.invalidateQueries(trpc.auth.passkeys.pathFilter())
  const add = useMutation({
    mutationFn: async (name: string) => {
      const options = await api.auth.passkeyOptions.mutate()
      // WebAuthn's own JSON, which the server passes on as its library made it.
      const optionsJSON = options as unknown as PublicKeyCredentialCreationOptionsJSON
      const { clientExtensionResults, ...made } = await startRegistration({ optionsJSON })
      return api.auth.addPasskey.mutate({
        name,
        response: { ...made, clientExtensionResults: { ...clientExtensionResults } },
      })
    },
    onSuccess: async () => {
      setNaming(false)
      await again()
    },
  })
  const remove = useMutation(
    trpc.auth.removePasskey.mutationOptions({
      // The browsers that it signed in are fewer too.
      onSuccess: () => queries.invalidateQueries(trpc.auth.pathFilter()),
      onError: (error) => toastProblem('Could not remove it', error),
    }),
  )
  const ask = async (passkey: Passkey) => {
    const body =
      'It no longer signs you in, and other browsers it signed in are signed out. Remove it from its device or password manager too.'
    if (await confirm({ title: `Remove ${passkey.name}?`, body, confirm: 'Remove' })) remove.mutate({ id: passkey.id })
  }
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    add.mutate(String(new FormData(event.currentTarget).get('name') ?? ''))
  }
  const supported = mounted && browserSupportsWebAuthn()
  return (
    <div className="border-line border-b px-4 py-3">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <div>
          <h3 className="font-medium">Passkeys</h3>
          <p className="text-ink-faint text-xs">
            {supported || !mounted
              ? 'Sign in with a finger, a PIN or a security key.'
              : 'This browser has none over a plain connection: use localhost or https.'}
          </p>
        </div>
        {!naming && supported && (
          <Button onClick={() => setNaming(true)}>
            <Fingerprint aria-hidden />
            Add a passkey
          </Button>
        )}
      </div>
      {naming && (
        <form className="mt-3 grid max-w-sm gap-3" onSubmit={submit}>
          <Field
            id="passkey-name"
            label="Name"
            hint="Which device or key it is."
            error={add.error ? problemText(add.error) : undefined}
          >
            <Input
              id="passkey-name"
              name="name"
              aria-describedby="passkey-name-note"
              required
              maxLength={64}
              autoFocus
              autoComplete="off"
            />
          </Field>
          <div className="flex gap-2">
            <Button type="submit" variant="primary" disabled={add.isPending}>
              {add.isPending ? 'Waiting for it…' : 'Make it'}
            </Button>
            <Button onClick={() => setNaming(false)}>Cancel</Button>
          </div>
        </form>
      )}
      <ul aria-label="Passkeys" className="mt-1">
        {passkeys.data?.map((passkey) => (
          <TwoLineRow
            key={passkey.id}
            className="px-0"
            title={passkey.name}
            note={
              <>
                for {passkey.site}
                {passkey.synced && ', kept on more than one device'},{' '}
                {passkey.lastUsedAt === null ? 'never used' : `used ${formatSince(passkey.lastUsedAt, now)} ago`}
              </>
            }
          >
            <Button size="sm" aria-label={`Remove ${passkey.name}`} onClick={() => void ask(passkey)}>
              Remove
            </Button>
          </TwoLineRow>
        ))}
      </ul>
    </div>
  )
}

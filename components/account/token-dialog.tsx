'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTRPC } from '@/components/api/client'
import { MakeDialog, MakeForm } from '@/components/shell/make-dialog'
import { ShownOnce } from '@/components/shell/shown-once'
import { Field, Input, Select } from '@/components/ui/input'
import { SwitchLine } from '@/components/ui/switch'
import { type TokenScope, tokenScope } from '@/contracts/access/access'
import { SCOPE_WORDS } from './scope-words'

const LIFETIMES = [7, 30, 90, 365] as const
const DEFAULT_DAYS = '90'
const NAMED_SCOPES = tokenScope.options.filter((scope) => scope !== '*')

/** Makes a token and shows it, once. */
export const TokenDialog = ({ open, onClose }: { open: boolean; onClose: () => void }) => (
  <MakeDialog
    open={open}
    onClose={onClose}
    title="New API token"
    description="For scripts, the CLI of another machine, or Prometheus."
  >
    <TokenForm onClose={onClose} />
  </MakeDialog>
)

function TokenForm({ onClose }: { onClose: () => void }) {
  const trpc = useTRPC()
  const queries = useQueryClient()
  const [name, setName] = useState('')
  const [days, setDays] = useState(DEFAULT_DAYS)
  const [scopes, setScopes] = useState<readonly TokenScope[]>(['read'])
  const create = useMutation(
    trpc.auth.createToken.mutationOptions({
      onSuccess: () => queries.invalidateQueries(trpc.auth.tokens.pathFilter()),
    }),
  )
  const toggle = (scope: TokenScope, on: boolean) =>
    setScopes(on ? [...scopes, scope] : scopes.filter((one) => one !== scope))
  return (
    <MakeForm
      making={create}
      submit="Make token"
      incomplete={scopes.length === 0}
      onSubmit={() => create.mutate({ name, scopes: [...scopes], days: days === 'never' ? null : Number(days) })}
      onClose={onClose}
      made={({ token }) => (
        <ShownOnce
          note="This is the only time it is shown. Keep it where nobody else reads it."
          what="token"
          value={token}
          testId="new-token"
        />
      )}
    >
      <Field id="token-name" label="Name" hint="What it is for.">
        <Input
          id="token-name"
          aria-describedby="token-name-note"
          autoFocus
          required
          maxLength={64}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
      </Field>
      <fieldset className="grid gap-1">
        <legend className="mb-1 font-medium text-xs">It may</legend>
        {NAMED_SCOPES.map((scope) => (
          <SwitchLine
            key={scope}
            name={scope}
            note={SCOPE_WORDS[scope]}
            checked={scopes.includes(scope)}
            onChange={(on) => toggle(scope, on)}
          />
        ))}
      </fieldset>
      <Field id="token-days" label="Expires after">
        <Select id="token-days" value={days} onChange={(event) => setDays(event.target.value)}>
          {LIFETIMES.map((count) => (
            <option key={count} value={count}>
              {count} days
            </option>
          ))}
          <option value="never">never</option>
        </Select>
      </Field>
    </MakeForm>
  )
}

'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Copy } from 'lucide-react'
import { useState } from 'react'
import { useTRPC } from '@/components/api/client'
import { copyText } from '@/components/shell/copy-text'
import { FormFooter } from '@/components/shell/form-footer'
import { Button } from '@/components/ui/button'
import { Dialog } from '@/components/ui/dialog'
import { Field, Input, Select } from '@/components/ui/input'
import { SwitchLine } from '@/components/ui/switch'
import { type TokenScope, tokenScope } from '@/contracts/access/access'
import { SCOPE_WORDS } from './scope-words'

const LIFETIMES = [7, 30, 90, 365] as const
const DEFAULT_DAYS = '90'
const NAMED_SCOPES = tokenScope.options.filter((scope) => scope !== '*')

/** Makes a token and shows it, once. */
export function TokenDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  return (
    <Dialog
      open={open}
      onOpenChange={(now) => !now && onClose()}
      title="New API token"
      description="For scripts, the CLI of another machine, or Prometheus."
    >
      <TokenForm onClose={onClose} />
    </Dialog>
  )
}

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
  if (create.data) return <MadeToken token={create.data.token} onClose={onClose} />
  const toggle = (scope: TokenScope, on: boolean) =>
    setScopes(on ? [...scopes, scope] : scopes.filter((one) => one !== scope))
  return (
    <form
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault()
        create.mutate({ name, scopes: [...scopes], days: days === 'never' ? null : Number(days) })
      }}
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
      <FormFooter
        failure={create.error}
        submit="Make token"
        submitting="Making…"
        busy={create.isPending || scopes.length === 0}
        onCancel={onClose}
      />
    </form>
  )
}

const MadeToken = ({ token, onClose }: { token: string; onClose: () => void }) => (
  <div className="grid gap-4">
    <p>This is the only time it is shown. Keep it where nobody else reads it.</p>
    <div className="flex items-center gap-1 rounded-md border border-line bg-sunken pl-2.5">
      <code data-testid="new-token" className="min-w-0 flex-1 break-all py-2 font-mono text-xs">
        {token}
      </code>
      <Button variant="ghost" size="icon-sm" aria-label="Copy token" onClick={() => void copyText(token, 'Token')}>
        <Copy aria-hidden />
      </Button>
    </div>
    <div className="flex justify-end">
      <Button variant="primary" onClick={onClose}>
        Done
      </Button>
    </div>
  </div>
)

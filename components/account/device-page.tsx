'use client'
import { useMutation } from '@tanstack/react-query'
import { Terminal } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { useTRPC } from '@/components/api/client'
import { problemText, toastProblem } from '@/components/api/toast-problem'
import { PageHeader } from '@/components/shell/page-header'
import { Button } from '@/components/ui/button'
import { Field, Input } from '@/components/ui/input'
import { Panel } from '@/components/ui/panel'
import type { DeviceLogin } from '@/contracts/identity/identity'

/**
 * Where a CLI that was started with `stratavore login` is allowed in, or not. Its code is typed from the terminal: filled in by
 * an address, it could be that of whoever sent the address.
 */
export function DevicePage() {
  const trpc = useTRPC()
  const [code, setCode] = useState('')
  const find = useMutation(trpc.auth.findDevice.mutationOptions())
  const answer = useMutation(
    trpc.auth.answerDevice.mutationOptions({ onError: (error) => toastProblem('Could not answer', error) }),
  )
  const submit = (event: FormEvent) => {
    event.preventDefault()
    find.mutate({ code })
  }
  const device = find.data
  return (
    <div className="mx-auto flex max-w-md flex-col gap-4 p-4 md:p-6">
      <PageHeader title="Sign a CLI in" />
      <Panel className="p-4">
        {answer.data ? (
          <p role="status">
            {answer.variables?.allow
              ? 'Allowed. Go back to your terminal; it goes on by itself.'
              : 'Denied. Whoever asked is told so, and got nothing.'}
          </p>
        ) : device ? (
          <Question
            device={device}
            busy={answer.isPending}
            onAnswer={(allow) => answer.mutate({ id: device.id, allow })}
          />
        ) : (
          <form className="grid gap-4" onSubmit={submit}>
            <Field
              id="device-code"
              label="Code"
              hint="As your terminal shows it. Never enter one that somebody sent you."
              error={find.error ? problemText(find.error) : undefined}
            >
              <Input
                id="device-code"
                aria-describedby="device-code-note"
                className="font-mono uppercase tracking-widest"
                autoComplete="off"
                autoCapitalize="characters"
                spellCheck={false}
                autoFocus
                required
                value={code}
                onChange={(event) => setCode(event.target.value)}
              />
            </Field>
            <Button type="submit" variant="primary" disabled={find.isPending}>
              Continue
            </Button>
          </form>
        )}
      </Panel>
    </div>
  )
}

interface QuestionProps {
  device: DeviceLogin
  busy: boolean
  onAnswer: (allow: boolean) => void
}

const Question = ({ device, busy, onAnswer }: QuestionProps) => (
  <div className="grid gap-4">
    <p className="flex items-center gap-2 font-medium">
      <Terminal aria-hidden className="size-4 shrink-0 text-ink-faint" />
      <span className="min-w-0 break-words">
        {device.client}
        <span className="font-normal text-ink-faint text-xs"> (the name it gives itself)</span>
      </span>
    </p>
    {!device.fromHere && (
      <p role="alert" className="rounded-md bg-warn-wash px-3 py-2 text-ink">
        It asks from another address than this browser. If somebody sent you its code, deny it.
      </p>
    )}
    <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 text-ink-soft">
      <dt>From</dt>
      <dd className="text-ink">{device.address ?? 'an unknown address'}</dd>
      <dt>May</dt>
      <dd className="text-ink">{device.scopes.includes('*') ? 'whatever you may' : device.scopes.join(', ')}</dd>
      <dt>For</dt>
      <dd className="text-ink">{device.tokenDays} days, or until you revoke its token in Settings</dd>
    </dl>
    <p className="text-ink-faint text-xs">
      Allow it only if you have started <code className="font-mono">stratavore login</code> on that machine just now.
    </p>
    <div className="flex justify-end gap-2">
      <Button variant="danger" disabled={busy} onClick={() => onAnswer(false)}>
        Deny
      </Button>
      <Button variant="primary" disabled={busy} onClick={() => onAnswer(true)}>
        Allow
      </Button>
    </div>
  </div>
)

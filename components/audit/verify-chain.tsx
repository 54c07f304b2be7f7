'use client'
import { useMutation } from '@tanstack/react-query'
import { ShieldAlert, ShieldCheck } from 'lucide-react'
import { describeVerdict } from '@/client/audit/verdict-words'
import { useTRPCClient } from '@/components/api/client'
import { problemText } from '@/components/api/toast-problem'
import { Button } from '@/components/ui/button'
import { cn } from '@/components/ui/class-names'
import { Panel } from '@/components/ui/panel'

/** Recomputes the chain of signatures when asked to, and says what it found. */
export function VerifyChain() {
  const api = useTRPCClient()
  // A question, asked by a button: what was found then is no answer for later.
  const verify = useMutation({ mutationFn: () => api.audit.verify.query() })
  const verdict = verify.data
  const Icon = verdict?.ok === false ? ShieldAlert : ShieldCheck
  return (
    <Panel aria-label="Signatures" className="flex flex-wrap items-center gap-3 px-4 py-3">
      <Icon
        aria-hidden
        className={cn('size-5 shrink-0', !verdict ? 'text-ink-faint' : verdict.ok ? 'text-ok' : 'text-bad')}
      />
      <p role="status" className={cn('min-w-0 flex-1 basis-60', verdict?.ok === false ? 'text-bad' : 'text-ink-soft')}>
        {verify.isPending
          ? 'Recomputing every row…'
          : verify.error
            ? problemText(verify.error)
            : verdict
              ? `${verdict.ok ? 'Whole: ' : 'Not whole: '}${describeVerdict(verdict)}.`
              : 'Each row is signed together with the one before it.'}
      </p>
      <Button disabled={verify.isPending} onClick={() => verify.mutate()}>
        Verify
      </Button>
    </Panel>
  )
}

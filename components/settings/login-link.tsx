'use client'
import { useMutation } from '@tanstack/react-query'
import { Copy, Link2 } from 'lucide-react'
import { useTRPC } from '@/components/api/client'
import { toastProblem } from '@/components/api/toast-problem'
import { formatMoment } from '@/components/format/time'
import { copyText } from '@/components/shell/copy-text'
import { Button } from '@/components/ui/button'

/** Makes a one-time link that signs another browser in. */
export function LoginLink() {
  const trpc = useTRPC()
  const create = useMutation(
    trpc.auth.createLoginLink.mutationOptions({
      onError: (error) => toastProblem('Could not make a login link', error),
    }),
  )
  const link = create.data
  return (
    <div className="flex flex-col gap-3 border-line border-b px-4 py-3">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <div>
          <p>Another browser</p>
          <p className="text-ink-faint text-xs">A link that works once. Whoever opens it is signed in as you.</p>
        </div>
        <Button disabled={create.isPending} onClick={() => create.mutate()}>
          <Link2 aria-hidden />
          Make a login link
        </Button>
      </div>
      {link && (
        <div className="flex items-center gap-1 rounded-md border border-line bg-sunken pl-2.5">
          <code className="min-w-0 flex-1 truncate font-mono text-xs">{link.url}</code>
          <span className="whitespace-nowrap text-ink-faint text-xs">
            until {formatMoment(link.expiresAt, Date.parse(link.expiresAt))}
          </span>
          <Button
            variant="ghost"
            size="icon-sm"
            aria-label="Copy login link"
            onClick={() => void copyText(link.url, 'Login link')}
          >
            <Copy aria-hidden />
          </Button>
        </div>
      )}
    </div>
  )
}

'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTRPC } from '@/components/api/client'
import { MakeDialog, MakeForm } from '@/components/shell/make-dialog'
import { ShownOnce } from '@/components/shell/shown-once'
import { Field, Select } from '@/components/ui/input'
import { Segmented } from '@/components/ui/segmented'
import type { ShareKind } from '@/contracts/share/share'

const HOUR = 60
const LIFETIMES = [
  { minutes: 15, words: '15 minutes' },
  { minutes: HOUR, words: '1 hour' },
  { minutes: 8 * HOUR, words: '8 hours' },
  { minutes: 24 * HOUR, words: '1 day' },
  { minutes: 7 * 24 * HOUR, words: '7 days' },
] as const

interface ShareDialogProps {
  runnerId: string
  open: boolean
  onClose: () => void
}

/** Makes a link that shows a runner to whoever holds it, and shows it, once. */
export const ShareDialog = ({ runnerId, open, onClose }: ShareDialogProps) => (
  <MakeDialog
    open={open}
    onClose={onClose}
    title="Share this runner"
    description="Whoever has the link may look, without signing in. They cannot type, and see nothing else."
  >
    <ShareForm runnerId={runnerId} onClose={onClose} />
  </MakeDialog>
)

function ShareForm({ runnerId, onClose }: Omit<ShareDialogProps, 'open'>) {
  const trpc = useTRPC()
  const queries = useQueryClient()
  const [kind, setKind] = useState<ShareKind>('terminal')
  const [minutes, setMinutes] = useState<number>(HOUR)
  const create = useMutation(
    trpc.share.create.mutationOptions({ onSuccess: () => queries.invalidateQueries(trpc.share.list.pathFilter()) }),
  )
  return (
    <MakeForm
      making={create}
      submit="Make link"
      onSubmit={() => create.mutate({ runnerId, kind, minutes })}
      onClose={onClose}
      made={({ url }) => (
        <ShownOnce
          note="It is shown only now. It ends by itself, when you revoke it, and when you may no longer drive this runner."
          what="link"
          value={url}
          testId="share-link"
        />
      )}
    >
      <div className="grid gap-1.5">
        <Segmented<ShareKind>
          label="What it shows"
          value={kind}
          onChange={setKind}
          options={[
            { value: 'terminal', label: 'Live terminal' },
            { value: 'recording', label: 'Recording' },
          ]}
        />
        <p className="text-ink-faint text-xs">
          {kind === 'terminal'
            ? 'What is on the screen, and what is still in its scrollback.'
            : 'All that this runner has printed and still prints while the link works.'}
        </p>
      </div>
      <Field id="share-lifetime" label="Works for">
        <Select id="share-lifetime" value={minutes} onChange={(event) => setMinutes(Number(event.target.value))}>
          {LIFETIMES.map((lifetime) => (
            <option key={lifetime.minutes} value={lifetime.minutes}>
              {lifetime.words}
            </option>
          ))}
        </Select>
      </Field>
    </MakeForm>
  )
}

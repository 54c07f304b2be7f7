'use client'
import { useId, useState } from 'react'
import { problemText } from '@/components/api/toast-problem'
import { Button } from '@/components/ui/button'
import { Dialog } from '@/components/ui/dialog'
import { Field, Input } from '@/components/ui/input'

interface ConfirmByNameProps {
  onClose: () => void
  title: string
  description: string
  /** What has the name. */
  what: string
  name: string
  /** What is done once the name was typed again, as its button says. */
  submit: string
  act: { mutate(typed: string): void; error: unknown; isPending: boolean }
}

/** Asks for a name again before what cannot be undone. */
export function ConfirmByName({ onClose, title, description, what, name, submit, act }: ConfirmByNameProps) {
  const id = useId()
  const [typed, setTyped] = useState('')
  return (
    <Dialog open onOpenChange={(now) => !now && onClose()} title={title} description={description}>
      <form
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          act.mutate(typed)
        }}
      >
        <Field
          id={id}
          label={`Type the ${what}'s name to confirm`}
          error={act.error ? problemText(act.error) : undefined}
        >
          <Input
            id={id}
            value={typed}
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => setTyped(event.target.value)}
          />
        </Field>
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="danger" disabled={typed !== name || act.isPending}>
            {submit}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

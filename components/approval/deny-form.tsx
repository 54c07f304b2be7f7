'use client'
import { useId, useState } from 'react'
import { Button } from '@/components/ui/button'
import { Input } from '@/components/ui/input'
import { MAX_MESSAGE_LENGTH } from '@/contracts/approval/approval'

interface DenyFormProps {
  busy: boolean
  onDeny(message: string): void
  onCancel(): void
}

/** Denies with words that the program is told. */
export function DenyForm({ busy, onDeny, onCancel }: DenyFormProps) {
  const id = useId()
  const [message, setMessage] = useState('')
  return (
    <form
      className="flex flex-wrap items-center gap-1.5"
      onSubmit={(event) => {
        event.preventDefault()
        if (message.trim() !== '') onDeny(message.trim())
      }}
      onKeyDown={(event) => event.key === 'Escape' && onCancel()}
    >
      <label htmlFor={id} className="sr-only">
        Why it is denied
      </label>
      <Input
        id={id}
        autoFocus
        value={message}
        maxLength={MAX_MESSAGE_LENGTH}
        placeholder="What to do instead"
        className="min-w-40 flex-1"
        onChange={(event) => setMessage(event.target.value)}
      />
      <Button type="submit" variant="danger" disabled={busy || message.trim() === ''}>
        Deny
      </Button>
      <Button variant="ghost" onClick={onCancel}>
        Cancel
      </Button>
    </form>
  )
}

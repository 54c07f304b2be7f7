'use client'
import type { ReactNode } from 'react'
import { Button } from '@/components/ui/button'
import { Dialog } from '@/components/ui/dialog'
import { FormFooter } from './form-footer'

interface MakeDialogProps {
  open: boolean
  onClose: () => void
  title: string
  description: string
  /** A `MakeForm`: opened anew each time. */
  children: ReactNode
}

/** A dialog that makes something and then shows it, once. */
export const MakeDialog = ({ open, onClose, title, description, children }: MakeDialogProps) => (
  <Dialog open={open} onOpenChange={(now) => !now && onClose()} title={title} description={description}>
    {children}
  </Dialog>
)

interface MakeFormProps<Made> {
  /** What makes it. */
  making: { data: Made | undefined; error: unknown; isPending: boolean }
  onSubmit: () => void
  /** Name of the button that makes it. */
  submit: string
  /** Something is missing yet. */
  incomplete?: boolean
  onClose: () => void
  /** What is shown of it once it is made. */
  made: (made: Made) => ReactNode
  /** The fields. */
  children: ReactNode
}

/** The form of such a dialog, and in its place what it made. */
export function MakeForm<Made>(props: MakeFormProps<Made>) {
  const { making, onSubmit, submit, incomplete = false, onClose, made, children } = props
  if (making.data !== undefined) {
    return (
      <div className="grid gap-4">
        {made(making.data)}
        <div className="flex justify-end">
          <Button variant="primary" onClick={onClose}>
            Done
          </Button>
        </div>
      </div>
    )
  }
  return (
    <form
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault()
        onSubmit()
      }}
    >
      {children}
      <FormFooter
        failure={making.error}
        submit={submit}
        submitting="Making…"
        busy={making.isPending || incomplete}
        onCancel={onClose}
      />
    </form>
  )
}

'use client'
import { AlertDialog } from 'radix-ui'
import { createContext, type ReactNode, useCallback, useContext, useState } from 'react'
import { Button } from '@/components/ui/button'

interface Question {
  title: string
  body: ReactNode
  /** What the confirming button does, as a verb. */
  confirm: string
}
type Ask = (question: Question) => Promise<boolean>

const ConfirmContext = createContext<Ask | null>(null)

/** Gives everything below a way to ask before something ends. */
export function ConfirmProvider({ children }: { children: ReactNode }) {
  const [pending, setPending] = useState<(Question & { answer: (yes: boolean) => void }) | null>(null)
  const ask = useCallback<Ask>((question) => new Promise<boolean>((answer) => setPending({ ...question, answer })), [])
  const settle = (yes: boolean) => {
    pending?.answer(yes)
    setPending(null)
  }
  return (
    <ConfirmContext value={ask}>
      {children}
      <AlertDialog.Root open={pending !== null} onOpenChange={(open) => !open && settle(false)}>
        <AlertDialog.Portal>
          <AlertDialog.Overlay className="fixed inset-0 z-50 bg-(--shade)" />
          <AlertDialog.Content className="fixed inset-x-4 top-[20vh] z-50 mx-auto max-w-sm rounded-xl border border-line bg-raised p-5 shadow-pop">
            <AlertDialog.Title className="font-semibold text-[0.9375rem]">{pending?.title}</AlertDialog.Title>
            <AlertDialog.Description className="mt-1.5 text-ink-soft">{pending?.body}</AlertDialog.Description>
            <div className="mt-5 flex justify-end gap-2">
              <AlertDialog.Cancel asChild>
                <Button>Cancel</Button>
              </AlertDialog.Cancel>
              <AlertDialog.Action asChild>
                <Button variant="danger" onClick={() => settle(true)}>
                  {pending?.confirm}
                </Button>
              </AlertDialog.Action>
            </div>
          </AlertDialog.Content>
        </AlertDialog.Portal>
      </AlertDialog.Root>
    </ConfirmContext>
  )
}

/** Asks the user; resolves to whether they agreed. */
export function useConfirm(): Ask {
  const ask = useContext(ConfirmContext)
  if (!ask) throw new Error('useConfirm needs a ConfirmProvider above it')
  return ask
}

'use client'
import { Bug } from 'lucide-react'
import { Button } from '@/components/ui/button'
import { EmptyState } from '@/components/ui/panel'

/** A page that could not be drawn; the rest of Stratavore is not affected. */
export default function PageError({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <main className="flex min-h-dvh items-center justify-center">
      <EmptyState icon={Bug} title="This page broke" actions={<Button onClick={reset}>Try again</Button>}>
        Your runners are not affected. {error.message} {error.digest && `(${error.digest})`}
      </EmptyState>
    </main>
  )
}

import { CloudOff } from 'lucide-react'
import { readApiFailure } from '@/client/api/api-failure'
import { EmptyState } from '@/components/ui/panel'

/** A page whose first data did not come. It tries again by itself with the live connection. */
export function LoadFailure({ error }: { error: unknown }) {
  const failure = readApiFailure(error)
  return (
    <EmptyState icon={CloudOff} title={failure.code === 'not_found' ? 'Not found' : 'Could not load this page'}>
      {failure.message} {failure.hint}
    </EmptyState>
  )
}

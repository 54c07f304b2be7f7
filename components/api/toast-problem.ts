import { toast } from 'sonner'
import { readApiFailure } from '@/client/api/api-failure'

/** What failed and what to do, in one text. */
export function problemText(error: unknown): string {
  const failure = readApiFailure(error)
  if (failure.code === 'unreachable') return 'Stratavore does not answer. What is shown is its last known state.'
  return failure.hint ? `${failure.message} ${failure.hint}` : failure.message
}

/** Tells the user what failed, why and what to do. */
export function toastProblem(title: string, error: unknown): void {
  toast.error(title, { description: problemText(error) })
}

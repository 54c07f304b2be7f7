import type { ReactNode } from 'react'
import { problemText } from '@/components/api/toast-problem'
import { Button } from '@/components/ui/button'

interface PanelFormEndProps {
  /** What came of the last try, unless it is told at the fields. */
  failure: unknown
  note?: ReactNode
  submit: string
  busy: boolean
}

/** End of a form in a panel: what went wrong, what it means, and the button that sends it. */
export const PanelFormEnd = ({ failure, note, submit, busy }: PanelFormEndProps) => (
  <div className="col-span-full grid gap-4">
    {failure !== null && (
      <p role="alert" className="text-bad text-xs">
        {problemText(failure)}
      </p>
    )}
    {note && <p className="text-ink-faint text-xs">{note}</p>}
    <Button type="submit" className="justify-self-start" disabled={busy}>
      {submit}
    </Button>
  </div>
)

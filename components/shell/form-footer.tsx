import { problemText } from '@/components/api/toast-problem'
import { Button } from '@/components/ui/button'

interface FormFooterProps {
  /** What came of the last try; null when nothing went wrong. */
  failure: unknown
  /** Name of the button that sends the form, and while it is being sent. */
  submit: string
  submitting: string
  busy: boolean
  onCancel: () => void
}

/** End of a dialog's form: what went wrong, and the way back and on. */
export const FormFooter = ({ failure, submit, submitting, busy, onCancel }: FormFooterProps) => (
  <>
    {failure !== null && (
      <p role="alert" className="break-words rounded-md bg-bad-wash px-3 py-2 text-bad">
        {problemText(failure)}
      </p>
    )}
    <div className="flex justify-end gap-2">
      <Button onClick={onCancel}>Cancel</Button>
      <Button type="submit" variant="primary" disabled={busy}>
        {busy ? submitting : submit}
      </Button>
    </div>
  </>
)

'use client'
import { Copy } from 'lucide-react'
import { Button } from '@/components/ui/button'
import { copyText } from './copy-text'

interface ShownOnceProps {
  /** What it is for, and that it is shown only now. */
  note: string
  /** What it is, for the button that copies it. */
  what: string
  value: string
  testId: string
}

/** Something that opens a door and is shown this once. */
export const ShownOnce = ({ note, what, value, testId }: ShownOnceProps) => (
  <div className="grid gap-2">
    <p>{note}</p>
    <div className="flex items-center gap-1 rounded-md border border-line bg-sunken pl-2.5">
      <code data-testid={testId} className="min-w-0 flex-1 break-all py-2 font-mono text-xs">
        {value}
      </code>
      <Button
        variant="ghost"
        size="icon-sm"
        aria-label={`Copy ${what}`}
        onClick={() => void copyText(value, `${what[0]?.toUpperCase()}${what.slice(1)}`)}
      >
        <Copy aria-hidden />
      </Button>
    </div>
  </div>
)

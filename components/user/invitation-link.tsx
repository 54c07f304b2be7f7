'use client'
import { Copy } from 'lucide-react'
import { copyText } from '@/components/shell/copy-text'
import { Button } from '@/components/ui/button'

/** The link that lets somebody's browser in; it is shown this once. */
export const InvitationLink = ({ name, url }: { name: string; url: string }) => (
  <div className="grid gap-2">
    <p>For {name} alone: it works once, within an hour, and is shown only now.</p>
    <div className="flex items-center gap-1 rounded-md border border-line bg-sunken pl-2.5">
      <code data-testid="invitation" className="min-w-0 flex-1 break-all py-2 font-mono text-xs">
        {url}
      </code>
      <Button variant="ghost" size="icon-sm" aria-label="Copy link" onClick={() => void copyText(url, 'Link')}>
        <Copy aria-hidden />
      </Button>
    </div>
  </div>
)

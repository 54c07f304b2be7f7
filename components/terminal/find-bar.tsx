'use client'
import { ArrowDown, ArrowUp, X } from 'lucide-react'
import { useState } from 'react'
import { Button } from '@/components/ui/button'
import { Input } from '@/components/ui/input'
import { type FoundMatches, MAX_COUNTED_MATCHES } from './find-matches'
import type { TerminalView } from './open-terminal'

interface FindBarProps {
  view: TerminalView
  found: FoundMatches
  onClose: () => void
}

/** Which match of how many. */
function matchWords({ at, count }: FoundMatches): string {
  const all = count >= MAX_COUNTED_MATCHES ? `${MAX_COUNTED_MATCHES}+` : `${count}`
  return at > 0 ? `${at} of ${all}` : all
}

/** Finds text in the screen and what scrolled away. */
export function FindBar({ view, found: matches, onClose }: FindBarProps) {
  const [text, setText] = useState('')
  const [found, setFound] = useState(true)
  const find = (what: string, direction: 'next' | 'previous') => setFound(what === '' || view.find(what, direction))
  return (
    <search className="absolute top-2 right-4 z-10 flex items-center gap-1 rounded-lg border border-line-strong bg-raised p-1 shadow-pop">
      <Input
        // The bar was opened to type into it.
        autoFocus
        aria-label="Find in terminal"
        aria-invalid={!found}
        placeholder="Find"
        value={text}
        className="w-44"
        onChange={(event) => {
          setText(event.target.value)
          find(event.target.value, 'previous')
        }}
        onKeyDown={(event) => {
          if (event.key === 'Escape') onClose()
          if (event.key === 'Enter') find(text, event.shiftKey ? 'next' : 'previous')
        }}
      />
      {text !== '' && (
        <span role="status" className="min-w-16 px-1 text-center text-ink-soft text-xs tabular-nums">
          {found ? matchWords(matches) : 'None'}
        </span>
      )}
      <Button size="icon-sm" variant="ghost" aria-label="Earlier match" onClick={() => find(text, 'previous')}>
        <ArrowUp aria-hidden />
      </Button>
      <Button size="icon-sm" variant="ghost" aria-label="Later match" onClick={() => find(text, 'next')}>
        <ArrowDown aria-hidden />
      </Button>
      <Button size="icon-sm" variant="ghost" aria-label="Close find" onClick={onClose}>
        <X aria-hidden />
      </Button>
    </search>
  )
}

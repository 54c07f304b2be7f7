'use client'
import { useQuery } from '@tanstack/react-query'
import { ChevronDown, ChevronUp, Search, X } from 'lucide-react'
import { type KeyboardEvent, type RefObject, useEffect, useState } from 'react'
import { useTRPC } from '@/components/api/client'
import { problemText } from '@/components/api/toast-problem'
import { Button } from '@/components/ui/button'
import { Input } from '@/components/ui/input'

/** So long after the last key a search begins: it reads the whole transcript. */
const TYPING_PAUSE_MS = 250

interface TranscriptSearchProps {
  id: string
  subagentId: string | null
  inputRef: RefObject<HTMLInputElement | null>
  /** What is looked for now. */
  onNeedle(needle: string): void
  onHit(position: number): void
}

/** Finds a text in a transcript and goes from hit to hit. */
export function TranscriptSearch({ id, subagentId, inputRef, onNeedle, onHit }: TranscriptSearchProps) {
  const trpc = useTRPC()
  const [typed, setTyped] = useState('')
  const [needle, setNeedle] = useState('')
  const [at, setAt] = useState<number | null>(null)
  useEffect(() => {
    const timer = setTimeout(() => {
      setNeedle(typed.trim())
      setAt(null)
      onNeedle(typed.trim())
    }, TYPING_PAUSE_MS)
    return () => clearTimeout(timer)
  }, [typed, onNeedle])
  const found = useQuery(
    trpc.session.searchTranscript.queryOptions({ id, subagentId, text: needle }, { enabled: needle !== '' }),
  )
  const hits = found.data?.hits ?? []

  function go(step: 1 | -1): void {
    if (hits.length === 0) return
    // The newest hit first: that is where the reader is.
    const next = at === null ? hits.length - 1 : (at + step + hits.length) % hits.length
    setAt(next)
    const hit = hits[next]
    if (hit) onHit(hit.position)
  }
  function onKeyDown(event: KeyboardEvent): void {
    if (event.key === 'Enter') go(event.shiftKey ? 1 : -1)
    if (event.key === 'Escape') setTyped('')
  }

  return (
    <search className="flex min-w-0 flex-1 items-center gap-1.5">
      <span className="relative min-w-0 flex-1 md:max-w-80">
        <Search
          aria-hidden
          className="-translate-y-1/2 pointer-events-none absolute top-1/2 left-2.5 size-3.5 text-ink-faint"
        />
        <Input
          ref={inputRef}
          className="pl-8"
          aria-label="Search this transcript"
          placeholder="Search this transcript"
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          onKeyDown={onKeyDown}
        />
      </span>
      {needle !== '' && (
        <>
          <output className="shrink-0 text-ink-faint text-xs">
            {found.error
              ? problemText(found.error)
              : found.isFetching
                ? 'Searching…'
                : `${at === null ? '' : `${at + 1} of `}${hits.length}${found.data?.more ? '+' : ''} ${hits.length === 1 ? 'hit' : 'hits'}`}
          </output>
          <Button
            variant="ghost"
            size="icon-sm"
            aria-label="Previous hit"
            disabled={hits.length === 0}
            onClick={() => go(-1)}
          >
            <ChevronUp aria-hidden />
          </Button>
          <Button
            variant="ghost"
            size="icon-sm"
            aria-label="Next hit"
            disabled={hits.length === 0}
            onClick={() => go(1)}
          >
            <ChevronDown aria-hidden />
          </Button>
          <Button variant="ghost" size="icon-sm" aria-label="Clear search" onClick={() => setTyped('')}>
            <X aria-hidden />
          </Button>
        </>
      )}
    </search>
  )
}

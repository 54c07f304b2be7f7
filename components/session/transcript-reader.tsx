'use client'
import { useVirtualizer } from '@tanstack/react-virtual'
import { ArrowDown } from 'lucide-react'
import Link from 'next/link'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { plural } from '@/components/format/quantity'
import { copyText } from '@/components/shell/copy-text'
import { LoadFailure } from '@/components/shell/load-failure'
import { sessionHref } from '@/components/shell/navigation'
import { useShortcuts } from '@/components/shell/use-shortcuts'
import { Button } from '@/components/ui/button'
import { Skeleton } from '@/components/ui/panel'
import { EntryView } from './entry-view'
import { costOf, indexOfPosition, toItems } from './transcript-items'
import { TranscriptSearch } from './transcript-search'
import { useTranscript } from './use-transcript'

/** Height of a row before it was measured. */
const ROW_ESTIMATE = 96
/** Rows from either end at which more is loaded. */
const NEAR_END = 20

/** The position that the page's address names, as `#e<position>`. */
function linkedPosition(): number | null {
  const match = /^#e(\d{1,15})$/.exec(window.location.hash)
  return match ? Number(match[1]) : null
}

interface TranscriptReaderProps {
  id: string
  subagentId: string | null
  /** Its runner lives: more may come. */
  live: boolean
}

/** A transcript of any length, read from its end; in the browser only. */
export function TranscriptReader({ id, subagentId, live }: TranscriptReaderProps) {
  const [current, setCurrent] = useState<number | null>(linkedPosition)
  const [needle, setNeedle] = useState('')
  const scroller = useRef<HTMLDivElement>(null)
  const search = useRef<HTMLInputElement>(null)
  const { loaded, error, loadBefore, loadAfter, loadAround } = useTranscript(id, subagentId, current, live)
  const items = useMemo(() => (loaded ? toItems(loaded) : []), [loaded])
  const list = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_ESTIMATE,
    getItemKey: (index) => items[index]?.key ?? index,
    overscan: 6,
    // What comes before never moves what is read; what comes after is followed by who reads the end.
    anchorTo: 'end',
    followOnAppend: true,
  })

  const rows = list.getVirtualItems()
  const first = rows[0]?.index ?? 0
  const last = rows.at(-1)?.index ?? 0
  const hasBefore = loaded?.hasBefore ?? false
  const hasAfter = loaded?.hasAfter ?? false
  useEffect(() => {
    if (items.length === 0) return
    if (hasBefore && first < NEAR_END) loadBefore()
    else if (hasAfter && last > items.length - NEAR_END) loadAfter()
  }, [first, last, hasBefore, hasAfter, items.length, loadBefore, loadAfter])

  // Where to be once it is loaded: the entry that was asked for, else the end.
  const goal = useRef<number | 'end' | null>(current ?? 'end')
  useEffect(() => {
    if (items.length === 0 || goal.current === null) return
    const index = goal.current === 'end' ? items.length - 1 : indexOfPosition(items, goal.current)
    if (index === -1) return
    goal.current = null
    list.scrollToIndex(index, { align: index === items.length - 1 ? 'end' : 'start' })
  }, [items, list])

  const goTo = useCallback(
    (position: number) => {
      setCurrent(position)
      window.history.replaceState(null, '', `#e${position}`)
      const index = indexOfPosition(items, position)
      if (index !== -1) return list.scrollToIndex(index, { align: 'center' })
      goal.current = position
      void loadAround(position)
    },
    [items, list, loadAround],
  )
  useEffect(() => {
    const onHash = () => {
      const position = linkedPosition()
      if (position !== null) goTo(position)
    }
    window.addEventListener('hashchange', onHash)
    return () => window.removeEventListener('hashchange', onHash)
  }, [goTo])
  useShortcuts({ '/': () => search.current?.focus() })

  const onLink = useCallback((position: number) => {
    setCurrent(position)
    window.history.replaceState(null, '', `#e${position}`)
    void copyText(window.location.href, 'Link')
  }, [])
  const subagentHref = (subagent: string): string => `${sessionHref(id)}?agent=${encodeURIComponent(subagent)}`

  if (error && !loaded) return <LoadFailure error={error} />
  if (!loaded) return <Skeleton className="m-4 h-64" />
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <div className="flex min-h-11 items-center gap-3 border-line border-b px-4 py-1.5 md:px-6">
        <TranscriptSearch id={id} subagentId={subagentId} inputRef={search} onNeedle={setNeedle} onHit={goTo} />
        {subagentId !== null && (
          <Link href={sessionHref(id)} className="shrink-0 text-accent-strong text-xs hover:underline">
            Back to the conversation
          </Link>
        )}
        <span className="ml-auto hidden shrink-0 text-ink-faint text-xs sm:block">
          {loaded.total !== null && plural(loaded.total, 'entry').replace('entrys', 'entries')}
        </span>
      </div>
      {items.length === 0 ? (
        <p className="px-4 py-10 text-center text-ink-faint">Nothing has been said yet.</p>
      ) : (
        <div className="relative min-h-0 flex-1">
          <section
            ref={scroller}
            // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
            tabIndex={0}
            aria-label="Transcript"
            className="scroll-thin h-full overflow-y-auto outline-none [overflow-anchor:none]"
          >
            <div className="relative w-full" style={{ height: list.getTotalSize() }}>
              {rows.map((row) => {
                const item = items[row.index]
                if (!item) return null
                return (
                  <div
                    key={row.key}
                    ref={list.measureElement}
                    data-index={row.index}
                    className="absolute top-0 left-0 w-full border-line border-b"
                    style={{ transform: `translateY(${row.start}px)` }}
                  >
                    <EntryView
                      item={item}
                      needle={needle}
                      current={
                        current !== null && (item.entry.position === current || item.result?.position === current)
                      }
                      costUsd={'messageId' in item.entry ? costOf(item.entry, loaded.costs) : 0}
                      subagentHref={subagentHref}
                      onLink={onLink}
                    />
                  </div>
                )
              })}
            </div>
          </section>
          {last < items.length - 1 && (
            <Button
              className="absolute right-4 bottom-4 shadow-pop"
              onClick={() => list.scrollToIndex(items.length - 1, { align: 'end' })}
            >
              <ArrowDown aria-hidden />
              {hasAfter ? 'Further' : live ? 'To the end, live' : 'To the end'}
            </Button>
          )}
        </div>
      )}
    </div>
  )
}

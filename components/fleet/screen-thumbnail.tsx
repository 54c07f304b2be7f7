'use client'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { useTRPC } from '@/components/api/client'
import type { Runner } from '@/contracts/runner/runner'
import { holdsSlot } from '@/contracts/runner/status'

/** How often the screen of a visible tile is asked for: a glance, not a terminal. */
const SCREEN_POLL_MS = 4000
/** Rows a tile shows: what was printed last. */
const ROWS = 8

/** The last rows of a screen that hold anything. */
export const lastRows = (text: string, rows: number): string => text.trimEnd().split('\n').slice(-rows).join('\n')

/** The last lines of a runner's screen as text, fetched only while it can be seen. */
export function ScreenThumbnail({ runner }: { runner: Runner }) {
  const trpc = useTRPC()
  const frame = useRef<HTMLDivElement>(null)
  const [visible, setVisible] = useState(false)
  const live = holdsSlot(runner.status) && runner.status !== 'starting'

  useEffect(() => {
    const element = frame.current
    if (!element) return
    const observer = new IntersectionObserver(([entry]) => setVisible(entry?.isIntersecting ?? false))
    observer.observe(element)
    return () => observer.disconnect()
  }, [])

  const screen = useQuery(
    trpc.runner.screen.queryOptions(
      { id: runner.id },
      { enabled: visible && live, refetchInterval: SCREEN_POLL_MS, retry: false },
    ),
  )
  const text = live ? screen.data?.text : runner.lastLines
  return (
    <div
      ref={frame}
      aria-hidden
      className="flex h-[7.25rem] items-end overflow-hidden border-line border-y bg-terminal px-3 py-2"
    >
      <pre className="w-full overflow-hidden font-mono text-[0.625rem] text-ink-faint leading-[0.8125rem]">
        {text ? lastRows(text, ROWS) : ''}
      </pre>
    </div>
  )
}

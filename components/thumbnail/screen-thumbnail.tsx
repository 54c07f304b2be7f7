'use client'
import { memo, useEffect, useRef, useState } from 'react'
import { useDarkMode } from '@/components/shell/theme'
import { terminalTheme } from '@/components/terminal/terminal-theme'
import type { Runner } from '@/contracts/runner/runner'
import { holdsSlot } from '@/contracts/runner/status'
import { runStyle } from './cell-style'
import { styledRuns } from './styled-line'
import { useThumbnail } from './thumbnail-provider'

/** Rows of an ended runner's last lines. */
const LAST_ROWS = 16
/** Letters are scaled so that the width fits, within what the eye can use. */
const MIN_LETTER_PX = 8
const MAX_LETTER_PX = 10
/** Width of a letter of the terminal's fonts, in letter sizes. */
const LETTER_WIDTH = 0.602

/** A small picture of a runner's screen, in colours, live while it can be seen. */
export function ScreenThumbnail({ runner }: { runner: Runner }) {
  const frame = useRef<HTMLDivElement>(null)
  const [visible, setVisible] = useState(false)
  const live = holdsSlot(runner.status) && runner.status !== 'starting'
  const picture = useThumbnail(runner.id, visible && live)

  useEffect(() => {
    const element = frame.current
    if (!element) return
    const observer = new IntersectionObserver(([entry]) => setVisible(entry?.isIntersecting ?? false))
    observer.observe(element)
    return () => observer.disconnect()
  }, [])

  const lines = live ? (picture?.lines ?? []) : (runner.lastLines?.trimEnd().split('\n').slice(-LAST_ROWS) ?? [])
  const cols = live ? (picture?.cols ?? runner.cols) : runner.cols
  return (
    <div
      ref={frame}
      aria-hidden
      data-testid="thumbnail"
      data-version={picture?.version}
      className="@container relative h-32 overflow-hidden border-line border-y bg-terminal"
    >
      <pre
        className="absolute bottom-1.5 left-2.5 font-mono text-ink-soft leading-[1.3]"
        style={{
          fontSize: `clamp(${MIN_LETTER_PX}px, calc((100cqw - 1.25rem) / ${cols * LETTER_WIDTH}), ${MAX_LETTER_PX}px)`,
        }}
      >
        {lines.map((line, row) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a row of a screen is its place.
          <ThumbnailLine key={row} line={line} />
        ))}
      </pre>
    </div>
  )
}

/** Drawn anew only when this very line is another. */
const ThumbnailLine = memo(function ThumbnailLine({ line }: { line: string }) {
  const { dark } = useDarkMode()
  const theme = terminalTheme(dark)
  return (
    <div className="h-[1.3em] whitespace-pre">
      {styledRuns(line).map((run) => {
        const style = runStyle(run, theme)
        return style === undefined ? (
          run.text
        ) : (
          <span key={run.at} style={style}>
            {run.text}
          </span>
        )
      })}
    </div>
  )
})

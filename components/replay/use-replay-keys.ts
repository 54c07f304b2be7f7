'use client'
import { useEffect, useRef } from 'react'

export interface ReplayKeys {
  toggle(): void
  /** By seconds. */
  move(by: number): void
  jump(direction: 'previous' | 'next'): void
}

const STEP_SECONDS = 5
/** Where keys mean something of their own; the scrubber's are the page's. */
const OWN_KEYS = 'input:not([type=range]), textarea, select, [role=dialog], [role=menu]'

/** Space plays and pauses, arrows move, with Shift from marker to marker. */
export function useReplayKeys(keys: ReplayKeys): void {
  const latest = useRef(keys)
  useEffect(() => {
    latest.current = keys
  })
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return
      const target = event.target instanceof Element ? event.target : null
      if (target?.closest(OWN_KEYS) || document.querySelector('[role=dialog]')) return
      // A button is pressed with space.
      if (event.key === ' ' && target?.closest('button, a')) return
      if (event.key === ' ') latest.current.toggle()
      else if (event.key === 'ArrowLeft' || event.key === 'ArrowRight') {
        const forth = event.key === 'ArrowRight'
        if (event.shiftKey) latest.current.jump(forth ? 'next' : 'previous')
        else latest.current.move(forth ? STEP_SECONDS : -STEP_SECONDS)
      } else return
      event.preventDefault()
    }
    window.addEventListener('keydown', onKeyDown)
    return () => window.removeEventListener('keydown', onKeyDown)
  }, [])
}

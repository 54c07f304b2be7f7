'use client'
import { useEffect, useRef } from 'react'
import { useShortcuts } from '@/components/shell/use-shortcuts'
import { MAX_ON_WALL } from './wall-choice'

const PLACES = Array.from({ length: MAX_ON_WALL }, (_, at) => at + 1)

/** Leads to a tile by its number: alone, and with Ctrl Shift from inside a terminal, where no program misses it. */
export function useWallKeys(goTo: (place: number) => void): void {
  useShortcuts(Object.fromEntries(PLACES.map((place) => [`${place}`, () => goTo(place)])))
  const latest = useRef(goTo)
  useEffect(() => {
    latest.current = goTo
  })
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      // By the key's place: with Shift the character is another one.
      const place = Number(/^Digit([1-9])$/.exec(event.code)?.[1])
      if (!place || !event.ctrlKey || !event.shiftKey || event.altKey || event.metaKey) return
      event.preventDefault()
      event.stopPropagation()
      latest.current(place)
    }
    window.addEventListener('keydown', onKeyDown, { capture: true })
    return () => window.removeEventListener('keydown', onKeyDown, { capture: true })
  }, [])
}

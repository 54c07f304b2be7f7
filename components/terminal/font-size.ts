'use client'
import { useCallback, useSyncExternalStore } from 'react'

const STORAGE_KEY = 'stratavore.terminal.font-size'
const DEFAULT_PX = 13
export const MIN_FONT_PX = 9
export const MAX_FONT_PX = 24

const listeners = new Set<() => void>()

function read(): number {
  const stored = Number(window.localStorage.getItem(STORAGE_KEY))
  return stored >= MIN_FONT_PX && stored <= MAX_FONT_PX ? stored : DEFAULT_PX
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  // Other tabs of the same browser.
  window.addEventListener('storage', listener)
  return () => {
    listeners.delete(listener)
    window.removeEventListener('storage', listener)
  }
}

/** The letter size of terminals in CSS pixels, remembered by this browser, and its setter (clamped). */
export function useFontSize(): [size: number, setSize: (size: number) => void] {
  const size = useSyncExternalStore(subscribe, read, () => DEFAULT_PX)
  const setSize = useCallback((next: number) => {
    const clamped = Math.min(MAX_FONT_PX, Math.max(MIN_FONT_PX, Math.round(next)))
    window.localStorage.setItem(STORAGE_KEY, String(clamped))
    for (const listener of listeners) listener()
  }, [])
  return [size, setSize]
}

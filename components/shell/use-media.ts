'use client'
import { useCallback, useSyncExternalStore } from 'react'

/** Whether the media query holds; false on the server. */
export function useMedia(query: string): boolean {
  const subscribe = useCallback(
    (onChange: () => void) => {
      const list = window.matchMedia(query)
      list.addEventListener('change', onChange)
      return () => list.removeEventListener('change', onChange)
    },
    [query],
  )
  return useSyncExternalStore(
    subscribe,
    () => window.matchMedia(query).matches,
    () => false,
  )
}

/** Wide enough for a panel beside the terminal (Tailwind's `lg`). */
export const useWide = (): boolean => useMedia('(min-width: 64rem)')
/** Pointed at with fingers: needs keys on the screen. */
export const useTouch = (): boolean => useMedia('(pointer: coarse)')

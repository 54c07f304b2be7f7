'use client'
import { useCallback, useSyncExternalStore } from 'react'
import { z } from 'zod'

const STORAGE_KEY = 'stratavore.terminal'
export const MIN_FONT_PX = 9
export const MAX_FONT_PX = 24

const preferences = z.object({
  /** CSS pixels. */
  fontPx: z.number().int().min(MIN_FONT_PX).max(MAX_FONT_PX).catch(13),
  /** A family this machine has; empty for the system's own. */
  fontFamily: z.string().max(100).catch(''),
  /** `auto`: WebGL where the machine draws it in hardware. */
  renderer: z.enum(['auto', 'webgl', 'dom']).catch('auto'),
  copyOnSelect: z.boolean().catch(false),
  screenReader: z.boolean().catch(false),
  /** What programs ring for is told on the desktop while the page is hidden; the browser is asked first. */
  desktop: z.boolean().catch(false),
  /** Programs may put text into the clipboard (OSC 52); they may never read it. */
  clipboardWrite: z.boolean().catch(false),
})
/** How this browser shows terminals. */
export type TerminalPreferences = z.infer<typeof preferences>

/** Reads what is stored, each part that makes no sense as its default. */
export function parsePreferences(stored: string | null): TerminalPreferences {
  try {
    return preferences.parse(JSON.parse(stored ?? '{}'))
  } catch {
    return preferences.parse({})
  }
}

const DEFAULTS = parsePreferences(null)
const listeners = new Set<() => void>()
let last: { stored: string | null; parsed: TerminalPreferences } | null = null

/** The same object as long as the same is stored, as React wants it. */
function read(): TerminalPreferences {
  const stored = window.localStorage.getItem(STORAGE_KEY)
  if (last === null || last.stored !== stored) last = { stored, parsed: parsePreferences(stored) }
  return last.parsed
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

/** The preferences of terminals, remembered by this browser, and a change of some of them. */
export function useTerminalPreferences(): [TerminalPreferences, (change: Partial<TerminalPreferences>) => void] {
  const present = useSyncExternalStore(subscribe, read, () => DEFAULTS)
  const change = useCallback((wanted: Partial<TerminalPreferences>) => {
    const next = { ...read(), ...wanted }
    next.fontPx = Math.min(MAX_FONT_PX, Math.max(MIN_FONT_PX, Math.round(next.fontPx)))
    window.localStorage.setItem(STORAGE_KEY, JSON.stringify(next))
    for (const listener of listeners) listener()
  }, [])
  return [present, change]
}

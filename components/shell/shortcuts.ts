/** Keys of one press, as far as shortcuts care. */
export interface KeyPress {
  key: string
  ctrlKey: boolean
  metaKey: boolean
  altKey: boolean
  shiftKey: boolean
}

/** After a prefix such as `g` the second key must come within this many milliseconds. */
export const SEQUENCE_TIMEOUT_MS = 1200

/** ⌘K and Ctrl-Shift-P everywhere; Ctrl-K too, except where a terminal needs it. */
export function opensPalette(press: KeyPress, inTerminal: boolean): boolean {
  if (press.altKey) return false
  const key = press.key.toLowerCase()
  if (key === 'k' && !press.shiftKey) return press.metaKey !== press.ctrlKey && (press.metaKey || !inTerminal)
  return key === 'p' && press.ctrlKey && press.shiftKey && !press.metaKey
}

/** Matches single keys and two-key sequences (`g f`) against a table. Modified keys never match. */
export function createKeyMatcher<T>(bindings: Readonly<Record<string, T>>) {
  const prefixes = new Set(
    Object.keys(bindings)
      .filter((keys) => keys.includes(' '))
      .map((keys) => keys.slice(0, keys.indexOf(' '))),
  )
  let prefix: { key: string; at: number } | null = null
  return {
    /** The binding `press` completes at time `at` (milliseconds), or null. */
    match(press: KeyPress, at: number): T | null {
      if (press.ctrlKey || press.metaKey || press.altKey) return null
      const pending = prefix && at - prefix.at <= SEQUENCE_TIMEOUT_MS ? prefix.key : null
      prefix = null
      const sequence = pending === null ? undefined : bindings[`${pending} ${press.key}`]
      if (sequence !== undefined) return sequence
      if (prefixes.has(press.key)) {
        prefix = { key: press.key, at }
        return null
      }
      return bindings[press.key] ?? null
    },
  }
}

/** Where typing means text, not shortcuts: fields, and terminals, whose input is a hidden textarea. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)
}

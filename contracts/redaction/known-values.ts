import { createTextRedactor, type RedactText } from './redact-text'

/** Values that are remembered, the newest: those of hundreds of projects. */
const MAX_VALUES = 2_000

/** Values that must not be in anything a process writes or tells. */
export interface KnownValues {
  /** More of them. What is known is remembered: what was written with it can still be read. */
  add(values: readonly string[]): void
  values(): readonly string[]
  /** Takes them, and what looks like a secret, out of a text. */
  redact: RedactText
  /** Calls back whenever there are more. */
  onChange(listener: () => void): void
}

/** What a process knows from its start. */
export function createKnownValues(known: readonly string[]): KnownValues {
  let values = new Set(known)
  let redact = createTextRedactor(known)
  const listeners: (() => void)[] = []
  return {
    add(more) {
      const before = values
      if (more.length === 0) return
      // Added anew, the ones in use are the newest.
      values = new Set([...[...before].filter((value) => !more.includes(value)), ...more].slice(-MAX_VALUES))
      if (more.every((value) => before.has(value))) return
      redact = createTextRedactor([...values])
      for (const tell of listeners) tell()
    },
    values: () => [...values],
    redact: (text) => redact(text),
    onChange: (listener) => void listeners.push(listener),
  }
}

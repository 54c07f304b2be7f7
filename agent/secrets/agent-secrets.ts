import { secretsOf } from '@/contracts/redaction/known-secrets'
import { createTextRedactor, type RedactText } from '@/contracts/redaction/redact-text'

/** Values that are remembered, the newest: those of hundreds of projects. */
const MAX_VALUES = 2_000

/** Values that must not be in anything this agent writes or tells. */
export interface AgentSecrets {
  /** What a runner is started with. Remembered beyond its life: its transcript can still be read then. */
  add(values: readonly string[]): void
  values(): readonly string[]
  /** Takes them, and what looks like a secret, out of a text. */
  redact: RedactText
  /** Calls back whenever there are more. */
  onChange(listener: () => void): void
}

/** At first those of the agent's own environment, which is the user's session. */
export function createAgentSecrets(env: Readonly<Record<string, string | undefined>>): AgentSecrets {
  let values = new Set(secretsOf(env, {}))
  let redact = createTextRedactor([...values])
  const listeners: (() => void)[] = []
  return {
    add(more) {
      const before = values
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

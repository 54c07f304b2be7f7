/** One step of the scripted fake. */
export type EchoStep =
  | { kind: 'print'; text: string }
  | { kind: 'sleep'; ms: number }
  | { kind: 'flood'; bytes: number }
  | { kind: 'count'; to: number; everyMs: number }
  | { kind: 'exit'; code: number }
  | { kind: 'ignore-term' }
  | { kind: 'echo' }

/** Longest sleep and biggest flood of a script: a typing error must not run for ever. */
const MAX_SLEEP_MS = 3_600_000
const MAX_FLOOD_BYTES = 1024 * 1024 * 1024

const amount = (text: string | undefined, max: number): number => {
  const value = Number(text)
  return Number.isInteger(value) && value >= 0 ? Math.min(value, max) : 0
}

function parseLine(line: string): EchoStep {
  const [word, ...words] = line.split(' ')
  switch (word) {
    case 'sleep':
      return { kind: 'sleep', ms: amount(words[0], MAX_SLEEP_MS) }
    case 'flood':
      return { kind: 'flood', bytes: amount(words[0], MAX_FLOOD_BYTES) }
    case 'count':
      return { kind: 'count', to: amount(words[0], Number.MAX_SAFE_INTEGER), everyMs: amount(words[1], MAX_SLEEP_MS) }
    case 'exit':
      return { kind: 'exit', code: amount(words[0], 255) }
    case 'ignore-term':
    case 'echo':
      return { kind: word }
    case 'print':
      return { kind: 'print', text: words.join(' ') }
    default:
      // Plain prose is a prompt: the fake answers it by saying it back.
      return { kind: 'print', text: line }
  }
}

/**
 * Reads a script: one directive a line (or between `;`). `print TEXT`, `sleep MS`, `flood BYTES`,
 * `count TO [EVERY_MS]`, `exit CODE`, `ignore-term`, `echo` (from here say back every line typed). Anything else is
 * printed. Without `exit` it goes on saying back lines until its terminal closes.
 */
export function parseScript(script: string): EchoStep[] {
  const lines = script
    .split(/[;\n]/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
  return lines.map(parseLine)
}

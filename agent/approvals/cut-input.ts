/** Shorter texts are never cut: they are names, not contents. */
const LEAST_KEPT = 200

const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value) ?? '')

/** Every text in it longer than `keep` characters, cut, saying how much is missing. */
function cutTexts(value: unknown, keep: number): unknown {
  if (typeof value === 'string') {
    if (value.length <= keep) return value
    return `${value.slice(0, keep)}\n[cut here: ${value.length - keep} more characters]`
  }
  if (Array.isArray(value)) return value.map((member) => cutTexts(member, keep))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, cutTexts(member, keep)]))
}

/** A tool's input in at most `maxBytes` of JSON: the longest texts are cut visibly, and in the end the whole of it. */
export function cutInput(input: Record<string, unknown>, maxBytes: number): Record<string, unknown> {
  if (bytesOf(input) <= maxBytes) return input
  for (let keep = maxBytes; keep >= LEAST_KEPT; keep = Math.floor(keep / 2)) {
    const cut = cutTexts(input, keep) as Record<string, unknown>
    if (bytesOf(cut) <= maxBytes) return cut
  }
  return {
    cut: `The input is too large to be shown here (${bytesOf(input)} bytes of JSON). Look at it in the terminal.`,
  }
}

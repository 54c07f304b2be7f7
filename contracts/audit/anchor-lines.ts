import { type Anchor, anchor } from './audit'

/** Anchors from a file of JSON lines; those of other installations are left out when `installation` is given. */
export function parseAnchors(text: string, installation?: string): Anchor[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  const anchors = lines.flatMap((line, index) => {
    const parsed = anchor.safeParse(toJson(line))
    // The last line may be one that is just being written.
    if (!parsed.success && index < lines.length - 1) throw new Error(`line ${index + 1} is no anchor`)
    return parsed.success ? [parsed.data] : []
  })
  return anchors.filter((each) => installation === undefined || each.installation === installation)
}

function toJson(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

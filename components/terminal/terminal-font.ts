/** One fixed-width stack: letters, box drawing and symbols must share one cell width. */
const SYSTEM_STACK =
  'ui-monospace, SFMono-Regular, Menlo, "Cascadia Mono", Consolas, "DejaVu Sans Mono", "Liberation Mono", monospace'

/** Families that are offered; any other that the machine has can be typed. */
export const KNOWN_FONTS = [
  'Geist Mono Variable',
  'JetBrains Mono',
  'Fira Code',
  'Cascadia Mono',
  'Source Code Pro',
  'Menlo',
  'Consolas',
] as const

/** The CSS families of a terminal: the wished one first, the system's own where that is missing. */
export function fontStack(family: string): string {
  const name = family.replace(/["\\]/g, '').trim()
  return name === '' ? SYSTEM_STACK : `"${name}", ${SYSTEM_STACK}`
}

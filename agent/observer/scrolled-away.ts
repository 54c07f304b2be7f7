const LF = 0x0a
const CR = 0x0d

/** Shorter runs cost less to draw than to think about. */
const MIN_LEFT_OUT_BYTES = 16 * 1024

/**
 * Bytes that do nothing but print and go to the next line. Not the lead byte of C1 controls, nor what could be part of a
 * sequence; a backspace may go up a row.
 */
const IS_PLAIN = Uint8Array.from({ length: 256 }, (_, byte) =>
  Number(byte === LF || byte === CR || byte === 0x09 || (byte >= 0x20 && byte !== 0x7f && byte !== 0xc2)),
)

/** Where, from `from` on, something other than plain text begins; the length when nothing does. */
export function plainUntil(data: Uint8Array, from: number): number {
  let at = from
  while (at < data.length && IS_PLAIN[data[at] ?? 0] === 1) at += 1
  return at
}

/**
 * The parts of a run of plain text that a terminal must draw: the rest is gone from its screen and its history once they
 * are drawn. Null when that is all of it. `lines`: how many new lines push everything out that was there before.
 *
 * It holds for a terminal whose whole screen scrolls and that is in the middle of no sequence. The first line is drawn:
 * it may complete a character. What is left out ends with CR LF, so that the rest begins in the first column.
 */
export function withoutScrolledAway(run: Uint8Array, lines: number): [head: Uint8Array, tail: Uint8Array] | null {
  const headEnd = run.indexOf(LF) + 1
  if (headEnd === 0) return null
  let newLines = 0
  for (let at = run.length - 1; at >= headEnd + MIN_LEFT_OUT_BYTES; at -= 1) {
    if (run[at] !== LF) continue
    if (newLines >= lines && run[at - 1] === CR) return [run.subarray(0, headEnd), run.subarray(at + 1)]
    newLines += 1
  }
  return null
}

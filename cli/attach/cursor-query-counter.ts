const QUERY = Buffer.from('\x1b[6n')

/** Counts the runner's questions for the cursor's position in its output, also when reads cut one in half. */
export function createCursorQueryCounter(): (output: Uint8Array) => number {
  let matched = 0
  return (output) => {
    let count = 0
    // Most output holds no escape at all near a cut: the quick search decides.
    if (matched === 0 && Buffer.from(output.buffer, output.byteOffset, output.byteLength).indexOf(0x1b) === -1) return 0
    for (const byte of output) {
      matched = byte === QUERY[matched] ? matched + 1 : byte === 0x1b ? 1 : 0
      if (matched === QUERY.length) {
        count += 1
        matched = 0
      }
    }
    return count
  }
}

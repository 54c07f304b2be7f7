/** So much is allocated at once for what terminals print: a read of its own each would keep the garbage collector busy. */
const SLAB_BYTES = 256 * 1024

let slab = Buffer.alloc(0)
let used = 0

/** A copy of what was read into a buffer that is read into again. It lies beside the copies made before and after it. */
export function keepRead(read: Uint8Array): Buffer {
  if (slab.length - used < read.length) {
    slab = Buffer.allocUnsafeSlow(Math.max(SLAB_BYTES, read.length))
    used = 0
  }
  const kept = slab.subarray(used, used + read.length)
  kept.set(read)
  used += read.length
  return kept
}

/** The chunks as one: without a copy where they lie one after another. Not to be written to. */
export function joinRead(chunks: readonly Buffer[]): Buffer {
  const [first] = chunks
  if (first === undefined) return Buffer.alloc(0)
  let end = first.byteOffset
  for (const chunk of chunks) {
    if (chunk.buffer !== first.buffer || chunk.byteOffset !== end) return Buffer.concat(chunks)
    end += chunk.length
  }
  return Buffer.from(first.buffer, first.byteOffset, end - first.byteOffset)
}

/** Output is copied into blocks of this size: a byte at a time costs no object each. */
const BLOCK_BYTES = 8 * 1024

/** Blocks that were let go of, for whoever needs one next: a flood would make the garbage collector work for each. */
const SPARE_BLOCKS = 64
const spare: Buffer[] = []

interface Block {
  /** Offset of the first byte. */
  start: number
  buffer: Buffer
  used: number
}

/** The newest bytes of a runner's output, by offset since its epoch began. */
export interface OutputTail {
  start(): number
  end(): number
  append(data: Uint8Array): void
  /** Copy of the bytes from `from` (at least `start`) to the end. */
  from(offset: number): Buffer
  /** Lets go of what lies before `offset`, as far as whole blocks allow. */
  dropBefore(offset: number): void
}

/** An empty tail whose first byte will have offset 0. */
export function createOutputTail(): OutputTail {
  const blocks: Block[] = []
  let end = 0

  const append = (data: Uint8Array): void => {
    let rest = data
    while (rest.length > 0) {
      let block = blocks.at(-1)
      if (block === undefined || block.used === block.buffer.length) {
        block = { start: end, buffer: spare.pop() ?? Buffer.allocUnsafeSlow(BLOCK_BYTES), used: 0 }
        blocks.push(block)
      }
      const part = rest.subarray(0, block.buffer.length - block.used)
      block.buffer.set(part, block.used)
      block.used += part.length
      end += part.length
      rest = rest.subarray(part.length)
    }
  }

  return {
    start: () => blocks[0]?.start ?? end,
    end: () => end,
    append,
    from: (offset) =>
      Buffer.concat(
        blocks
          .filter((block) => block.start + block.used > offset)
          .map((block) => block.buffer.subarray(Math.max(0, offset - block.start), block.used)),
      ),
    dropBefore(offset) {
      const keep = blocks.findIndex((block) => block.start + block.used > offset)
      if (keep === 0) return
      const dropped = blocks.splice(0, keep < 0 ? blocks.length : keep)
      spare.push(...dropped.slice(0, SPARE_BLOCKS - spare.length).map((block) => block.buffer))
    },
  }
}

/**
 * Framing on the pipes between the agent and its siblings: `u32 headerLength, u32 dataLength, header (JSON), data`, lengths
 * big-endian. Data stays bytes: nothing of a terminal's output is ever encoded.
 */
const PREFIX_BYTES = 8
/** Far above the biggest message (a heartbeat sample of 100,000 runners, a 16 MB log): beyond it the stream is broken. */
const MAX_PART_BYTES = 64 * 1024 * 1024

export interface Frame {
  header: unknown
  data: Buffer
}

const NOTHING = new Uint8Array(0)

/** One frame as the buffers to write, in order; `data` is not copied. */
export function encodeFrame(header: unknown, data: Uint8Array = NOTHING): Uint8Array[] {
  const json = Buffer.from(JSON.stringify(header))
  const prefix = Buffer.allocUnsafe(PREFIX_BYTES)
  prefix.writeUInt32BE(json.length, 0)
  prefix.writeUInt32BE(data.length, 4)
  const head = Buffer.concat([prefix, json])
  return data.length === 0 ? [head] : [head, data]
}

/** Takes chunks as a pipe gives them and calls `onFrame` for each whole frame. Throws on a broken stream. */
export function createFrameDecoder(onFrame: (frame: Frame) => void): (chunk: Buffer) => void {
  let chunks: Buffer[] = []
  let available = 0
  let needed = PREFIX_BYTES

  return (chunk) => {
    chunks.push(chunk)
    available += chunk.length
    // Joined only when a frame can be complete, so that a big one is copied once.
    while (available >= needed) {
      const buffer = chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)
      const headerLength = buffer.readUInt32BE(0)
      const dataLength = buffer.readUInt32BE(4)
      if (headerLength > MAX_PART_BYTES || dataLength > MAX_PART_BYTES) throw new Error('broken frame on a pipe')
      const total = PREFIX_BYTES + headerLength + dataLength
      if (buffer.length < total) {
        chunks = [buffer]
        needed = total
        return
      }
      const headerEnd = PREFIX_BYTES + headerLength
      const rest = buffer.subarray(total)
      chunks = rest.length > 0 ? [rest] : []
      available = rest.length
      needed = PREFIX_BYTES
      onFrame({
        header: JSON.parse(buffer.toString('utf8', PREFIX_BYTES, headerEnd)),
        data: buffer.subarray(headerEnd, total),
      })
    }
  }
}

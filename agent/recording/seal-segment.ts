import { createReadStream, createWriteStream } from 'node:fs'
import { rename, unlink } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'

/** Fast rather than small: a flood is compressed on the cores that make it. */
const COMPRESSION_LEVEL = 3

/** Compresses a segment that nothing is written to any more; it is there under one of its names at every moment. */
export async function sealSegment(path: string): Promise<void> {
  const compressed = `${path}.gz`
  const unfinished = `${compressed}.new`
  await pipeline(
    createReadStream(path),
    createGzip({ level: COMPRESSION_LEVEL }),
    createWriteStream(unfinished, { mode: 0o600 }),
  )
  await rename(unfinished, compressed)
  await unlink(path)
}

import type { FileHandle } from 'node:fs/promises'
import { type FileBelow, openBelow, openRegular } from './open-below'

/** The text of a program's small file; null when it is absent, refused, or longer than `maxBytes`. Never reads more. */
export const readSmallBelow = (file: FileBelow, maxBytes: number): Promise<string | null> =>
  textOf(openBelow(file), maxBytes)

/** The same of a file that may be a link to anywhere: what it holds is told to nobody. */
export const readSmallRegular = (path: string, maxBytes: number): Promise<string | null> =>
  textOf(openRegular(path), maxBytes)

async function textOf(opening: Promise<FileHandle>, maxBytes: number): Promise<string | null> {
  const file = await opening.catch(() => null)
  if (file === null) return null
  try {
    // One more byte tells that there is more.
    const buffer = Buffer.allocUnsafe(maxBytes + 1)
    let length = 0
    while (length < buffer.length) {
      const { bytesRead } = await file.read(buffer, length, buffer.length - length, length)
      if (bytesRead === 0) break
      length += bytesRead
    }
    return length > maxBytes ? null : buffer.toString('utf8', 0, length)
  } catch {
    return null
  } finally {
    await file.close()
  }
}

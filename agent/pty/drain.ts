import { readSync } from 'node:fs'

/** What one read takes at most; a PTY gives 4 KB at a time anyway. */
const READ_BYTES = 64 * 1024

/**
 * Reads what a non-blocking PTY master still holds, up to the end (EIO) or to where nothing is there yet (EAGAIN).
 * The kernel's terminal buffer bounds it. Needed because libuv takes a hang-up for the end after any short read.
 */
export function drainDescriptor(fd: number, onData: (chunk: Buffer) => void): void {
  for (;;) {
    const chunk = Buffer.allocUnsafe(READ_BYTES)
    let count = 0
    try {
      count = readSync(fd, chunk)
    } catch {
      // EIO: everything is read and nobody can write more. EAGAIN: nothing now, and we are not to wait.
      return
    }
    if (count === 0) return
    onData(Buffer.from(chunk.subarray(0, count)))
  }
}

import { writeSync } from 'node:fs'

/** Input one PTY holds for a program that does not read; past it input is refused, never lost. */
export const MAX_PENDING_INPUT_BYTES = 1024 * 1024
/** Waits between tries while the terminal's own buffer (4 KB on Linux) is full: soon at first, then rarely. */
const FIRST_RETRY_MS = 1
const LAST_RETRY_MS = 50

export type WriteResult = 'written' | 'closed'

/** Writes as `fs.writeSync` does; injected so that tests need no terminal. Throws EAGAIN when nothing fits. */
export type WriteBytes = (data: Uint8Array) => number

export interface PtyWriter {
  /** Whether so many more bytes may be queued: ask before `write`, which takes whatever it is given. */
  hasRoom(bytes: number): boolean
  /** Queues input in order. Resolves once every byte is in the terminal, or when that is closed. */
  write(data: Uint8Array): Promise<WriteResult>
  /** What still waits is answered `closed`. */
  close(): void
}

const isFull = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'EAGAIN'

interface PendingWrite {
  rest: Uint8Array
  done: (result: WriteResult) => void
}

/** The input queue of one PTY. The descriptor must be non-blocking: a write then takes microseconds or fails. */
export function createPtyWriter(writeBytes: WriteBytes): PtyWriter {
  const queue: PendingWrite[] = []
  let pendingBytes = 0
  let retryMs = FIRST_RETRY_MS
  let timer: NodeJS.Timeout | null = null
  let closed = false

  const close = (): void => {
    closed = true
    if (timer !== null) clearTimeout(timer)
    for (const item of queue.splice(0)) item.done('closed')
    pendingBytes = 0
  }

  const retryLater = (): void => {
    timer = setTimeout(flush, retryMs)
    retryMs = Math.min(retryMs * 2, LAST_RETRY_MS)
  }

  function flush(): void {
    timer = null
    for (let item = queue[0]; item !== undefined; item = queue[0]) {
      try {
        const count = writeBytes(item.rest)
        pendingBytes -= count
        item.rest = item.rest.subarray(count)
        if (count > 0) retryMs = FIRST_RETRY_MS
      } catch (error) {
        // EIO, the other case: nobody has the other end open any more, so nothing can be typed.
        if (isFull(error)) retryLater()
        else close()
        return
      }
      if (item.rest.length > 0) {
        retryLater()
        return
      }
      queue.shift()
      item.done('written')
    }
  }

  return {
    hasRoom: (bytes) => pendingBytes + bytes <= MAX_PENDING_INPUT_BYTES,
    write(data) {
      if (closed) return Promise.resolve('closed')
      pendingBytes += data.length
      return new Promise((done) => {
        queue.push({ rest: data, done })
        if (timer === null) flush()
      })
    },
    close,
  }
}

/** Writes to an open, non-blocking descriptor. */
export const toDescriptor =
  (fd: number): WriteBytes =>
  (data) =>
    writeSync(fd, data)

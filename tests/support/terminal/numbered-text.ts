import { createHash } from 'node:crypto'

const LINE_BYTES = 16

/** Lines of 16 bytes, each its own number: a hole or a repetition anywhere makes it another text. */
export const numberedText = (bytes: number): string =>
  Array.from({ length: Math.ceil(bytes / LINE_BYTES) }, (_, n) => `${String(n).padStart(LINE_BYTES - 1, '0')}\n`).join(
    '',
  )

/** What a text is compared by that nobody wants to read in a failure. */
export const digest = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex')

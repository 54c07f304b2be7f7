import { z } from 'zod'

/** The last millisecond of the year 2099. A time beyond it is none. */
export const MAX_UNIX_MS = 4_102_444_800_000 - 1

/** Unix milliseconds, by the clock of a node or as one of its programs wrote it. */
export const unixMs = z.number().nonnegative().max(MAX_UNIX_MS)

/** Bytes of a machine's or a program's memory. */
export const memorySize = z.number().nonnegative().max(Number.MAX_SAFE_INTEGER)

/** A whole number that a column of the database holds: one that did not fit would fail, with what is written beside it. */
export const count = z
  .number()
  .int()
  .nonnegative()
  .max(2 ** 31 - 1)

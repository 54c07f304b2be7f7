import { z } from 'zod'

/** Longest accepted free text in a name or reason; anything longer is a mistake or an attack. */
export const MAX_NAME_LENGTH = 64
/** PATH_MAX on Linux, in bytes; longer paths cannot exist. */
const MAX_PATH_LENGTH = 4096

// Control characters, lone surrogates and bidi overrides can disguise text in terminals and logs.
const UNSAFE_TEXT = /[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]/u

/** True when the text holds no control character, lone surrogate or bidi override. */
export const isPlainText = (text: string): boolean => !UNSAFE_TEXT.test(text)

/** One line of text for people: trimmed, not empty, nothing that could disguise itself. */
export const plainLine = (max: number) =>
  z
    .string()
    .trim()
    .min(1, 'must not be empty')
    .max(max, `must be at most ${max} characters`)
    .refine(isPlainText, 'must not contain control, surrogate or bidi characters')

/** A name that is typed on command lines, shown in tables and becomes part of routing keys. */
export const typedName = z
  .string()
  .min(1, 'must not be empty')
  .max(MAX_NAME_LENGTH, `must be at most ${MAX_NAME_LENGTH} characters`)
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]*$/,
    'must start with a letter or digit and hold only letters, digits, ".", "_" and "-"',
  )

/** An absolute path as typed; whether it exists and may be used is judged by the service after realpath. */
export const absolutePath = z
  .string()
  .min(1, 'must not be empty')
  .max(MAX_PATH_LENGTH, `must be at most ${MAX_PATH_LENGTH} characters`)
  .refine((path) => !path.includes('\0'), 'must not contain NUL')
  .refine((path) => path.startsWith('/'), 'must be an absolute path')

/**
 * Identifier of every row of ours: random, so that a short prefix is nearly always unique. As the database spells it: what
 * is looked up by it in memory is found however it was typed, and is not taken for something unknown.
 */
export const uuid = z.uuid('must be a UUID').toLowerCase()

/** Whether a text could be the id of a row, of whatever version: nothing else may be called like that. */
export const isUuidShaped = (text: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)

/** ISO 8601 with offset, as every time leaves the API. */
export const timestamp = z.iso.datetime({ offset: true })

/** Columns or rows of a terminal. The upper bound keeps one snapshot within a few megabytes. */
export const terminalDimension = z.number().int().min(1).max(1000)

const isTimeZone = (name: string): boolean => {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: name }))
  } catch {
    // A RangeError: nobody knows this zone.
    return false
  }
}

/** An IANA time zone, e.g. `Europe/Vienna`. */
export const timeZoneName = z.string().min(1).max(64).refine(isTimeZone, 'must be a time zone like Europe/Berlin')

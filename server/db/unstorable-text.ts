/** Postgres takes no NUL in a text (22021) or in JSON (22P05), nor half of a surrogate pair. */
const UNSTORABLE = /\b22021\b|\b22P05\b|invalid byte sequence for encoding|unsupported Unicode escape sequence/

/** Whether an error says that a text has a character that no table takes: a mistake of who sent it. */
export function isUnstorableText(cause: unknown): boolean {
  if (!(cause instanceof Error)) return false
  const code = 'code' in cause ? String(cause.code) : ''
  return UNSTORABLE.test(code) || UNSTORABLE.test(cause.message) || isUnstorableText(cause.cause)
}

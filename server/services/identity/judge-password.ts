import { MIN_PASSWORD_LENGTH } from '@/contracts/identity/identity'

/** Fewer different characters than this is one key held down, or two in turn. */
const MIN_DIFFERENT = 5
/** Parts of a name shorter than this occur in passwords by chance. */
const MIN_NAME_LENGTH = 4
const PRODUCT = 'stratavore'

/** The form in which a password is hashed: the same characters however a keyboard composes them (NIST SP 800-63B). */
export const normalPassword = (password: string): string => password.normalize('NFKC')

/** Why a password is refused, or null. Pure. */
export function judgePassword(password: string, user: { name: string; email: string | null }): string | null {
  const text = normalPassword(password)
  // Code points, as people count; surrogate pairs are one.
  if ([...text].length < MIN_PASSWORD_LENGTH) return `must have at least ${MIN_PASSWORD_LENGTH} characters`
  if (new Set(text).size < MIN_DIFFERENT) return 'must not be the same few characters again and again'
  const lower = text.toLowerCase()
  const known = [user.name, ...(user.email === null ? [] : [user.email, user.email.split('@', 1)[0] ?? ''])]
    .map((part) => part.toLowerCase())
    .filter((part) => part.length >= MIN_NAME_LENGTH)
  if (known.some((part) => lower.includes(part))) return 'must not contain your name or address'
  if (lower.includes(PRODUCT)) return `must not contain ${PRODUCT}`
  if (isSequence(lower)) return 'must not be a row of the alphabet, the digits or the keyboard'
  return null
}

const ROWS = ['abcdefghijklmnopqrstuvwxyz', '01234567890', 'qwertyuiop', 'qwertzuiop', 'asdfghjkl', 'zxcvbnm']

/** Whether all of it are rows of keys, forwards or backwards, four and more at a time. */
function isSequence(text: string): boolean {
  const neighbours = new Set(
    ROWS.flatMap((row) => [row, [...row].reverse().join('')]).flatMap((row) =>
      [...row].slice(0, -1).map((_, index) => row.slice(index, index + 2)),
    ),
  )
  const pairs = [...text].slice(0, -1).map((_, index) => text.slice(index, index + 2))
  return pairs.filter((pair) => !neighbours.has(pair)).length <= Math.floor(text.length / 8)
}

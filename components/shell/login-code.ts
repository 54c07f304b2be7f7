/** The one-time code in a pasted login link, or the pasted text itself when it is no link; null when there is none. */
export function loginCodeOf(pasted: string): string | null {
  const text = pasted.trim()
  if (text === '') return null
  if (!/^https?:/i.test(text)) return /\s/.test(text) ? null : text
  try {
    return new URL(text).searchParams.get('code')
  } catch {
    return null
  }
}

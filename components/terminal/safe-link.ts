/** Only these leave the dashboard; `javascript:` and `file:` would act on the reader's machine. */
const SAFE_PROTOCOLS: ReadonlySet<string> = new Set(['http:', 'https:', 'mailto:'])

/** A link found in terminal output, when it may be followed; null otherwise. */
export function safeLink(text: string): string | null {
  try {
    const url = new URL(text)
    return SAFE_PROTOCOLS.has(url.protocol) ? url.href : null
  } catch {
    return null
  }
}

/** Opens a link of terminal output in a new tab that knows nothing of this one. */
export function openLink(text: string): void {
  const href = safeLink(text)
  if (href) window.open(href, '_blank', 'noopener,noreferrer')
}

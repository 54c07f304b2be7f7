/**
 * The name of the session's cookie. Browsers share cookies between ports of a host, so every instance has a name of its
 * own; over TLS its prefix makes browsers refuse one that a neighbour or a plain connection tries to set.
 */
export const sessionCookieName = (port: number, secure: boolean): string =>
  `${secure ? '__Host-' : ''}stratavore_session_${port}`

/** The value of one cookie, or null. Values of ours need no decoding. */
export function readCookie(header: string | undefined, name: string): string | null {
  for (const part of header?.split(';') ?? []) {
    const [key, value] = part.trim().split('=', 2)
    if (key === name && value) return value
  }
  return null
}

/** A `Set-Cookie` that lasts until `expires`; scripts cannot read it and other sites cannot send it. */
export const sessionCookie = (name: string, value: string, expires: Date): string =>
  `${name}=${value}; Path=/; HttpOnly; SameSite=Strict${name.startsWith('__Host-') ? '; Secure' : ''}; Expires=${expires.toUTCString()}`

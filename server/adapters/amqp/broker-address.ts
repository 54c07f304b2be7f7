/** What stands for a password in a text that is shown. */
const HIDDEN = '***'
const NO_VHOST = 'the virtual host is not there, or not for this user'

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Says what went wrong in one line, without the password of `url`. */
export function describeFailure(error: unknown, url: string): string {
  const text = plain(error)
  const { password } = new URL(url)
  if (password === '') return text
  return [password, decoded(password)].reduce((shown, secret) => shown.replaceAll(secret, HIDDEN), text)
}

function plain(error: unknown): string {
  // A host with several addresses fails with one error for each and no text of its own.
  if (error instanceof AggregateError && error.errors.length > 0) return plain(error.errors[0])
  // The library's way of saying that the broker closed the connection instead of opening the virtual host.
  if (error instanceof Error && error.message.startsWith('Expected ConnectionOpenOk')) return NO_VHOST
  if (error instanceof Error) return error.message || error.name
  return String(error)
}

/** The address with a heartbeat, unless it asks for one itself. */
export function withHeartbeat(url: string, seconds: number): string {
  const address = new URL(url)
  if (!address.searchParams.has('heartbeat')) address.searchParams.set('heartbeat', String(seconds))
  return address.href
}

/**
 * The URL of a request line, or null for one that two readers could read differently: an absolute form, `//host/path`
 * or a backslash. What is judged here is what is served, so both must see the same path.
 */
export function requestTarget(line: string | undefined): URL | null {
  if (line === undefined || !/^\/(?!\/)[^\\]*$/.test(line)) return null
  return new URL(line, 'http://local')
}

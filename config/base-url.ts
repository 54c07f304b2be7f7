/** `http://host:port` as a browser writes the origin: IPv6 addresses in brackets. */
export function baseUrl(host: string, port: number): string {
  return new URL(`http://${host.includes(':') ? `[${host}]` : host}:${port}`).origin
}

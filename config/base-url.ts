import { plainAddress } from './network-list'
import type { Settings } from './settings'

const bracketed = (host: string): string => (host.includes(':') ? `[${host}]` : host)

/** `http://host:port` as a browser writes the origin: IPv6 addresses in brackets. */
export function baseUrl(host: string, port: number, scheme: 'http' | 'https' = 'http'): string {
  return new URL(`${scheme}://${bracketed(host)}:${port}`).origin
}

// 127.0.0.0/8 is loopback as a whole; every part is checked so that 127.evil.example is not taken for an address.
const LOOPBACK_V4 = /^127\.(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){2}(?:25[0-5]|2[0-4]\d|1?\d?\d)$/

/** Whether only this machine reaches an address (or `localhost`). */
export const isLoopbackHost = (host: string): boolean =>
  host === 'localhost' || host === '::1' || LOOPBACK_V4.test(plainAddress(host))

/** Whether an address stands for all addresses of this machine. */
export const isWildcardHost = (host: string): boolean => host === '0.0.0.0' || host === '::'

type Where = Pick<Settings, 'host' | 'port' | 'publicUrl' | 'tlsCert'>

/** The address at which programs of this machine always find web, in plain HTTP. */
export const localHost = ({ host }: Pick<Settings, 'host'>): string => (isLoopbackHost(host) ? host : '127.0.0.1')

/** Where the CLI and the launcher of this machine talk to. */
export const localUrl = (settings: Pick<Settings, 'host' | 'port'>): string =>
  baseUrl(localHost(settings), settings.port)

/** The address a person is told to open. */
export const openUrl = (settings: Where): string => {
  if (isLoopbackHost(settings.host)) return baseUrl(settings.host, settings.port)
  return settings.publicUrl ?? baseUrl(settings.host, settings.port, settings.tlsCert === undefined ? 'http' : 'https')
}

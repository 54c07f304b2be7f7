import type { IncomingHttpHeaders } from 'node:http'
import { isIP } from 'node:net'
import { isLoopbackHost } from '@/config/base-url'
import { plainAddress } from '@/config/network-list'
import type { RequestClient } from '../../core/request-client'
import { judgeTransport } from './request-guard'

/** What a proxy may say, and nobody else: removed once it has been read, so that nothing behind believes it. */
export const FORWARDING_HEADERS = [
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-proto',
  'x-real-ip',
] as const

interface Connection {
  remoteAddress: string | undefined
  encrypted: boolean
  headers: IncomingHttpHeaders
}

/** The parts of a header that every proxy on the way adds to, first to last. */
const parts = (header: string | string[] | undefined): string[] =>
  [header ?? []].flat().flatMap((line) => line.split(',').map((part) => part.trim()))

/** An address as proxies write it: IPv6 may be in brackets, a port may follow. */
const hopAddress = (text: string): string => {
  const bracketed = /^\[([^\]]+)\](?::\d+)?$/.exec(text)?.[1]
  return bracketed ?? (/^\d+\.\d+\.\d+\.\d+:\d+$/.test(text) ? text.slice(0, text.lastIndexOf(':')) : text)
}

/**
 * The one place where it is decided who asks, from where. Forwarding headers are believed only of a declared proxy; the
 * client is the right-most hop that is none: everything left of it is what the client itself may have written.
 */
export function judgeClient(connection: Connection, isProxy: (address: string) => boolean): RequestClient {
  const peer = plainAddress(connection.remoteAddress ?? '')
  const { headers, encrypted } = connection
  // Whoever passes requests on, declared or not, is not this machine's user: what they say of others grants nothing.
  const local = isLoopbackHost(peer) && FORWARDING_HEADERS.every((name) => headers[name] === undefined)
  if (!isProxy(peer)) return { address: peer, secure: encrypted, host: headers.host, proxied: false, local }
  let address = peer
  for (const hop of parts(headers['x-forwarded-for']).reverse()) {
    const said = plainAddress(hopAddress(hop))
    // A proxy that passes on what is no address leaves us with itself as the last that is known.
    if (isIP(said) === 0) break
    // The loopback of another machine is not ours.
    if (isLoopbackHost(said) && !isLoopbackHost(peer)) break
    address = said
    if (!isProxy(said)) break
  }
  const proto = parts(headers['x-forwarded-proto']).at(-1)
  return {
    address,
    secure: proto === undefined ? encrypted : proto.toLowerCase() === 'https',
    host: parts(headers['x-forwarded-host']).at(-1) || headers.host,
    proxied: true,
    local,
  }
}

/**
 * The same for an installation that is published: a tunnel or proxy that encrypts in front of us without saying so is known
 * by the host of an https address. Believed only of who would be let in without, since anybody can write a host.
 */
export function asPublished(
  client: RequestClient,
  settings: { allowPlainHttp: boolean; publicUrl?: string | undefined },
): RequestClient {
  const published = settings.publicUrl === undefined ? null : new URL(settings.publicUrl)
  const known = published?.protocol === 'https:' && published.host === client.host
  return known && judgeTransport(client, settings) === null ? { ...client, secure: true } : client
}

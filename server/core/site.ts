import { isIP } from 'node:net'
import { StratavoreError } from './errors'
import type { RequestClient } from './request-client'

/** Where a browser believes to be: what it signs with a passkey, and where an identity provider sends it back to. */
export interface Site {
  origin: string
  hostname: string
}

/**
 * The site a request was sent to; its host has been judged before. A tunnel that encrypts in front of us is known by the
 * public address only.
 */
export function siteOf(client: RequestClient | null, publicUrl: string | undefined): Site {
  if (client?.host === undefined) throw new StratavoreError('invalid_input', 'The request names no host.')
  const published = publicUrl === undefined ? null : new URL(publicUrl)
  const url =
    published?.host === client.host ? published : new URL(`${client.secure ? 'https' : 'http'}://${client.host}`)
  return { origin: url.origin, hostname: url.hostname }
}

/** The name that passkeys of a site are bound to. Throws `invalid_state` for an address, which browsers refuse. */
export function relyingParty({ hostname, origin }: Site): string {
  if (isIP(hostname.replace(/^\[|\]$/g, '')) === 0) return hostname
  const local = new URL(origin)
  local.hostname = 'localhost'
  throw new StratavoreError('invalid_state', 'Passkeys are bound to a name, and this address is none.', {
    hint: `Open ${local.origin} or the public address instead.`,
  })
}

import { lookup as resolve } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import { networkMatcher } from '@/config/network-list'

/**
 * What no notification is for, whatever a setting says: this network, link-local addresses with the metadata services of
 * clouds, multicast, and ways to write an IPv4 address as another one.
 */
const NEVER = [
  '0.0.0.0/8',
  '169.254.0.0/16',
  '100.100.100.200',
  '192.0.0.192',
  '168.63.129.16',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::',
  '::/96',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8',
  'fd00:ec2::/32',
  'fd20:ce::/32',
  '64:ff9b::/96',
  '64:ff9b:1::/48',
  '2002::/16',
]
/** This machine, and networks that are somebody's own. */
const PRIVATE = [
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '::1',
  'fc00::/7',
]

const isNever = networkMatcher(NEVER)
const isPrivate = networkMatcher(PRIVATE)

/** An address that is not called. Its message is meant for people. */
export class AddressRefused extends Error {}

/** Throws AddressRefused for an address that notifications may not go to. */
export type JudgeAddress = (address: string) => void

/** Judges addresses, with these private `networks` allowed. */
export function judgeAddress(networks: readonly string[]): JudgeAddress {
  const isAllowed = networkMatcher(networks)
  return (address) => {
    // `::1` lies in the block of addresses that were once IPv4 ones.
    if (isNever(address) && address !== '::1')
      throw new AddressRefused(`it leads to ${address}, a link-local or reserved address, which is never called`)
    if (isPrivate(address) && !isAllowed(address))
      throw new AddressRefused(
        `it leads to the private address ${address}: STRATAVORE_NOTIFY_NETWORKS must name it, or its network`,
      )
  }
}

/** Judges the host of an address that needs no name service: nothing is looked up for it. */
export function judgeLiteral(url: URL, judge: JudgeAddress): void {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (isIP(host) !== 0) judge(host)
}

/**
 * A `lookup` that yields only addresses that may be called. It is asked by the connection itself, so a name that leads
 * elsewhere the second time (DNS rebinding) gains nothing.
 */
export const guardedLookup =
  (judge: JudgeAddress): LookupFunction =>
  (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, found) => {
      if (error) return callback(error, '')
      let refused: unknown = null
      const allowed = found.filter(({ address }) => {
        try {
          judge(address)
          return true
        } catch (reason) {
          refused = reason
          return false
        }
      })
      const [first] = allowed
      if (!first) return callback(refused instanceof Error ? refused : new Error('no address'), '')
      if (options.all) callback(null, allowed)
      else callback(null, first.address, first.family)
    })
  }

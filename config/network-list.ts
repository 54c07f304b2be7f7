import { BlockList, isIP } from 'node:net'
import { z } from 'zod'

const NETWORKS = 'must be addresses or networks like 10.0.0.5 or 10.0.0.0/8'

/** `address` or `address/prefix`, or null for what is neither. */
function parseNetwork(text: string): { address: string; prefix: number; family: 'ipv4' | 'ipv6' } | null {
  const [address = '', prefixText, ...more] = text.split('/')
  const version = isIP(address)
  if (version === 0 || more.length > 0 || address.includes('%')) return null
  const longest = version === 4 ? 32 : 128
  if (prefixText !== undefined && !/^\d{1,3}$/.test(prefixText)) return null
  const prefix = prefixText === undefined ? longest : Number(prefixText)
  return prefix > longest ? null : { address, prefix, family: version === 4 ? 'ipv4' : 'ipv6' }
}

/** Addresses and networks: a list in YAML; one text with `,` between them as a variable. */
export const networkList = z.preprocess(
  (value) =>
    typeof value === 'string'
      ? value
          .split(',')
          .map((part) => part.trim())
          .filter((part) => part !== '')
      : value,
  z
    .array(
      z.string(NETWORKS).refine((text) => parseNetwork(text) !== null, NETWORKS),
      NETWORKS,
    )
    .max(64),
)

/** An IPv4 address in its IPv6 form, as dual-stack sockets tell it, is the IPv4 address. */
export const plainAddress = (address: string): string => {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  return mapped ?? address
}

/** Whether an address lies in one of the networks. What is no address lies in none. */
export function networkMatcher(networks: readonly string[]): (address: string) => boolean {
  const list = new BlockList()
  for (const text of networks) {
    const network = parseNetwork(text)
    if (network) list.addSubnet(network.address, network.prefix, network.family)
  }
  return (address) => {
    const plain = plainAddress(address)
    const version = isIP(plain)
    return version !== 0 && list.check(plain, version === 4 ? 'ipv4' : 'ipv6')
  }
}

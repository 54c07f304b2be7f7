import { isIP } from 'node:net'
import { plainAddress } from '@/config/network-list'

/**
 * What counts as one client when something is counted by address. Of IPv6 whoever has one address has the 2^64 of its
 * network, so that it is the network that counts.
 */
export function clientBlock(address: string): string {
  const plain = plainAddress(address)
  if (isIP(plain) !== 6) return plain
  const [left = [], right = []] = plain.split('::').map((part) => (part === '' ? [] : part.split(':')))
  // A dotted end stands for two groups.
  const written = left.length + right.length + (plain.includes('.') ? 1 : 0)
  const groups = [...left, ...Array<string>(Math.max(0, 8 - written)).fill('0'), ...right]
  const network = groups.slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16))
  return `${network.join(':')}::/64`
}

import { z } from 'zod'
import type { KeyPair } from './authority'

/** One authority of this installation. */
export const storedAuthority = z.object({
  key: z.string(),
  certificate: z.string(),
  createdAt: z.iso.datetime(),
  /** From then on it is trusted no more; null while it is the newest. */
  trustedUntil: z.iso.datetime().nullable(),
})
export type StoredAuthority = z.infer<typeof storedAuthority>

/** All authorities, the newest last. */
export const authoritySet = z.array(storedAuthority).min(1)
export type AuthoritySet = z.infer<typeof authoritySet>

/** Those that are trusted at `now`, the oldest first. The newest always is. */
export const trustedAt = (set: AuthoritySet, now: Date): AuthoritySet =>
  set.filter(({ trustedUntil }) => trustedUntil === null || new Date(trustedUntil) > now)

/** Signs the daemon's certificate: the oldest that is trusted, because every agent knows that one already. */
export function serverAuthority(set: AuthoritySet, now: Date): StoredAuthority {
  const [oldest] = trustedAt(set, now)
  if (oldest === undefined) throw new Error('no certificate authority is trusted')
  return oldest
}

/** Signs certificates of nodes: the newest. */
export function issuingAuthority(set: AuthoritySet): StoredAuthority {
  const newest = set.at(-1)
  if (newest === undefined) throw new Error('there is no certificate authority')
  return newest
}

/** The set with a new authority. What was trusted until now stays so for `overlapMs` at most; what no longer is, is dropped. */
export function rotated(set: AuthoritySet, next: KeyPair, now: Date, overlapMs: number): AuthoritySet {
  const until = new Date(now.getTime() + overlapMs).toISOString()
  const kept = trustedAt(set, now)
    .map((each) => ({
      ...each,
      trustedUntil: each.trustedUntil && each.trustedUntil < until ? each.trustedUntil : until,
    }))
    .filter(({ trustedUntil }) => trustedUntil > now.toISOString())
  return [...kept, { ...next, createdAt: now.toISOString(), trustedUntil: null }]
}

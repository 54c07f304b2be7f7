import type { ProvedIdentity } from '../../core/ports/identity-provider'

/** Whether somebody whom an identity provider vouches for may become a user here. Pure. */
export function mayBecomeUser(identity: ProvedIdentity, allowed: readonly string[]): boolean {
  const email = identity.emailVerified ? identity.email?.toLowerCase() : undefined
  return allowed.some((entry) => {
    if (entry.startsWith('sub:')) return entry.slice('sub:'.length) === identity.subject
    if (email === undefined) return false
    const wanted = entry.toLowerCase()
    return wanted.startsWith('@') ? email.slice(email.lastIndexOf('@')) === wanted : email === wanted
  })
}

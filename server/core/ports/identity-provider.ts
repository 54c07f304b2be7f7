/** What one round trip to an identity provider must bring back to be believed. Secret until it is over. */
export interface SignInChecks {
  state: string
  nonce: string
  /** PKCE. */
  verifier: string
}

/** Who an identity provider says somebody is. */
export interface ProvedIdentity {
  issuer: string
  subject: string
  email: string | null
  /** Whether the provider has seen that the address is theirs; an address that is not says nothing. */
  emailVerified: boolean
  /** What they are called there. */
  name: string | null
}

/** An OpenID Connect provider that signs users in. */
export interface IdentityProvider {
  /** For its button. */
  readonly name: string
  /** Where to send the browser. Throws `unavailable` when the provider does not answer. */
  begin(redirectUri: string): Promise<{ url: string; checks: SignInChecks }>
  /** Who came back with this address. Throws `unauthenticated` for an answer that does not hold, or a refusal. */
  finish(currentUrl: URL, checks: SignInChecks): Promise<ProvedIdentity>
}

'use client'
import { useEffect, useState } from 'react'
import { type SignInMethods, signInMethods } from '@/contracts/identity/identity'

/** A login link is all there is until somebody has set up more. */
const LINK_ONLY: SignInMethods = { password: false, passkey: false, oidc: null }

/** What can sign a browser in here; undefined until it is known. */
export function useSignInMethods(): SignInMethods | undefined {
  const [methods, setMethods] = useState<SignInMethods>()
  useEffect(() => {
    fetch('/api/auth/methods')
      .then((response) => response.json())
      .then((answer: unknown) => setMethods(signInMethods.parse(answer)))
      // A link is signed in with all the same.
      .catch(() => setMethods(LINK_ONLY))
  }, [])
  return methods
}

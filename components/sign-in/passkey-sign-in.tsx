'use client'
import { type PublicKeyCredentialRequestOptionsJSON, startAuthentication, WebAuthnError } from '@simplewebauthn/browser'
import { Fingerprint } from 'lucide-react'
import { useState } from 'react'
import { Refused } from '@/client/api/ask-json'
import { Button } from '@/components/ui/button'
import { askSignIn } from './ask-sign-in'

/** Signs in with a passkey: which one, and so who, the browser asks. */
export function PasskeySignIn({ onSignedIn }: { onSignedIn: () => void }) {
  const [error, setError] = useState<string>()
  const [busy, setBusy] = useState(false)
  const signIn = async () => {
    setBusy(true)
    setError(undefined)
    try {
      // WebAuthn's own JSON, which the server passes on as its library made it.
      const optionsJSON = (await askSignIn('passkey/options', {})) as PublicKeyCredentialRequestOptionsJSON
      await askSignIn('passkey', await startAuthentication({ optionsJSON }))
      onSignedIn()
    } catch (failure) {
      setError(told(failure))
      setBusy(false)
    }
  }
  return (
    <div className="grid gap-1.5">
      <Button size="lg" disabled={busy} onClick={() => void signIn()}>
        <Fingerprint aria-hidden />
        {busy ? 'Waiting for your passkey…' : 'Use a passkey'}
      </Button>
      {error !== undefined && (
        <p role="alert" className="text-bad text-xs">
          {error}
        </p>
      )}
    </div>
  )
}

/** What went wrong, for people: the browser's own words where it was the browser. */
function told(failure: unknown): string {
  if (failure instanceof Refused) return failure.told
  if (failure instanceof Error && failure.name === 'NotAllowedError') return 'No passkey was used.'
  if (failure instanceof WebAuthnError) return failure.message
  throw failure
}

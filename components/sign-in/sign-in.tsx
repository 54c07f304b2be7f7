'use client'
import { browserSupportsWebAuthn } from '@simplewebauthn/browser'
import { type ReactNode, useEffect, useState } from 'react'
import { LoginForm } from '@/components/shell/login-form'
import { Button } from '@/components/ui/button'
import { LinkSignIn } from './link-sign-in'
import { PasskeySignIn } from './passkey-sign-in'
import { PasswordSignIn } from './password-sign-in'
import { useSignInMethods } from './use-sign-in-methods'

/** The server says in the fragment that `/device` was asked for. */
const DEVICE = '#device'

/** The server passes on a link's code in the fragment where a person is to be asked first. */
const LINK = /^#link=(.+)$/

function linkInAddress(): string | null {
  const found = LINK.exec(window.location.hash)?.[1]
  return found === undefined ? null : decodeURIComponent(found)
}

function goOn(): void {
  window.location.assign(window.location.hash === DEVICE ? '/device' : '/')
}

interface SignInProps {
  /** What became of a login link, and of anything else that was tried. */
  linkFailure: string | undefined
  failure: string | undefined
}

/** Every way in that is set up here, and the login link, which always works. */
export function SignIn({ linkFailure, failure }: SignInProps) {
  const methods = useSignInMethods()
  const [code, setCode] = useState<string | null>(null)
  useEffect(() => setCode(linkInAddress()), [])
  if (!methods) return null
  if (code !== null)
    return (
      <LinkSignIn
        code={code}
        onAnotherWay={() => {
          window.history.replaceState(null, '', window.location.pathname)
          setCode(null)
        }}
      />
    )
  const passkey = methods.passkey && browserSupportsWebAuthn()
  const others = methods.password || passkey || methods.oidc !== null
  return (
    <>
      {failure && (
        <p role="alert" className="rounded-md bg-bad-wash px-3 py-2 text-bad">
          {failure}
        </p>
      )}
      {methods.password && <PasswordSignIn onSignedIn={goOn} />}
      {(passkey || methods.oidc !== null) && (
        <div className="grid gap-2">
          {passkey && <PasskeySignIn onSignedIn={goOn} />}
          {methods.oidc !== null && (
            <Button size="lg" asChild>
              {/* A page of the server's, not of the dashboard's. */}
              <a href="/api/auth/oidc">Continue with {methods.oidc}</a>
            </Button>
          )}
        </div>
      )}
      {others ? (
        <>
          <Divider />
          <p className="text-ink-soft">
            Paste a login link; <Code>stratavore login-link</Code> makes one in a shell on the server.
          </p>
        </>
      ) : (
        <>
          <p className="text-ink-soft">
            Open the link that <Code>npm start</Code> printed, or make a new one in a shell on that machine. Each link
            works once.
          </p>
          <pre className="rounded-md border border-line bg-sunken px-3 py-2.5 font-mono text-xs">
            stratavore login-link
          </pre>
        </>
      )}
      <LoginForm failure={linkFailure} primary={!others} />
    </>
  )
}

const Divider = () => (
  <div className="flex items-center gap-3 text-ink-faint text-xs before:h-px before:flex-1 before:bg-line after:h-px after:flex-1 after:bg-line">
    or
  </div>
)

const Code = ({ children }: { children: ReactNode }) => (
  <code className="rounded bg-sunken px-1 py-0.5 font-mono text-xs">{children}</code>
)

'use client'
import { useEffect, useState } from 'react'
import { Refused } from '@/client/api/ask-json'
import { Button } from '@/components/ui/button'
import { loginCodeOwner } from '@/contracts/identity/identity'
import { INTENT_HEADER } from '@/contracts/identity/intent-header'
import { askSignIn } from './ask-sign-in'

/** Signs in by a link that was asked about. Resolves with where that leads; rejects when nobody answers. */
async function followLoginLink(code: string): Promise<string> {
  // What no link and no other site's page can send says that somebody was asked.
  const { url } = await fetch(`/login?code=${encodeURIComponent(code)}`, { headers: { [INTENT_HEADER]: '1' } })
  return url
}

interface LinkSignInProps {
  code: string
  /** Somebody would rather sign in as somebody else. */
  onAnotherWay: () => void
}

/** Says whom a login link signs in before it does: another site's page, or a stranger's message, may have led here. */
export function LinkSignIn({ code, onAnotherWay }: LinkSignInProps) {
  const [name, setName] = useState<string>()
  const [problem, setProblem] = useState<string>()
  useEffect(() => {
    askSignIn('link/owner', { code })
      .then((answer) => setName(loginCodeOwner.parse(answer).name))
      .catch((failure: unknown) => {
        setProblem(failure instanceof Refused ? failure.told : 'The server does not answer. Open the link again.')
      })
  }, [code])
  if (problem !== undefined)
    return (
      <div className="grid gap-3">
        <p role="alert" className="rounded-md bg-bad-wash px-3 py-2 text-bad">
          {problem}
        </p>
        <Button size="lg" onClick={onAnotherWay}>
          Sign in another way
        </Button>
      </div>
    )
  if (name === undefined) return null
  return (
    <div className="grid gap-3">
      <p>
        This link signs this browser in as <strong className="break-words">{name}</strong>. Go on only if you asked for
        it: whoever sent it to you may want you to work as them.
      </p>
      <Button
        variant="primary"
        size="lg"
        autoFocus
        onClick={() => {
          followLoginLink(code).then(
            (place) => window.location.assign(place),
            () => setProblem('The server does not answer. Open the link again.'),
          )
        }}
      >
        Sign in as {name}
      </Button>
      <Button size="lg" onClick={onAnotherWay}>
        Sign in another way
      </Button>
    </div>
  )
}

import { signInRefusal } from '@/contracts/identity/identity'

/** What a refused sign-in says. */
export class SignInRefused extends Error {
  override readonly name = 'SignInRefused'
}

/** Asks one of the endpoints under `/api/auth/`; its JSON answer. Throws SignInRefused with a message for people. */
export async function askSignIn(path: string, body: unknown): Promise<unknown> {
  const response = await fetch(`/api/auth/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-stratavore': '1' },
    body: JSON.stringify(body),
  }).catch(() => null)
  if (response === null) throw new SignInRefused('The server does not answer.')
  const answer: unknown = await response.json().catch(() => null)
  if (response.ok) return answer
  const refusal = signInRefusal.safeParse(answer)
  if (!refusal.success) throw new SignInRefused(`The server answered with status ${response.status}.`)
  const { message, hint } = refusal.data.error
  throw new SignInRefused(hint ? `${message} ${hint}` : message)
}

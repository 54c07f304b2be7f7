import type { ErrorCode } from '@/contracts/errors/errors'
import { signInRefusal } from '@/contracts/identity/identity'
import { INTENT_HEADER } from '@/contracts/identity/intent-header'

/** What a refused question says, with a message for people. */
export class Refused extends Error {
  override readonly name = 'Refused'
  constructor(
    readonly code: ErrorCode | 'unreachable',
    message: string,
    readonly hint: string | null = null,
  ) {
    super(message)
  }

  /** All of it, in one text. */
  get told(): string {
    return this.hint === null ? this.message : `${this.message} ${this.hint}`
  }
}

/** Asks one of the endpoints beside the API, for those who are not signed in; its JSON answer. Throws Refused. */
export async function askJson(path: string, body: unknown): Promise<unknown> {
  const response = await fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', [INTENT_HEADER]: '1' },
    body: JSON.stringify(body),
  }).catch(() => null)
  if (response === null) throw new Refused('unreachable', 'The server does not answer.')
  const answer: unknown = await response.json().catch(() => null)
  if (response.ok) return answer
  const refusal = signInRefusal.safeParse(answer)
  if (!refusal.success) throw new Refused('unavailable', `The server answered with status ${response.status}.`)
  const { code, message, hint } = refusal.data.error
  throw new Refused(code, message, hint ?? null)
}

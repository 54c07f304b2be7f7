import { shareProtocols } from '@/contracts/share/share'
import { TERMINAL_NAMESPACE } from '@/contracts/terminal/terminal'
import type { Stack } from '../../support/stack'
import { connectRaw, type RawTerminal } from '../api/raw-terminal'

/** What somebody is answered who has nothing but a link. */
export interface GuestAnswer {
  status: number
  body: { ticket?: string; lives?: { epoch: number }[]; error?: { code: string } }
}

/** Asks as such a one. */
export async function askAsGuest(
  stack: Stack,
  what: string,
  body: object,
  headers: Record<string, string> = {},
): Promise<GuestAnswer> {
  const answer = await fetch(`${stack.url}/api/share/${what}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-stratavore': '1', ...headers },
    body: JSON.stringify(body),
  })
  return { status: answer.status, body: (await answer.json()) as GuestAnswer['body'] }
}

/** Connects with a ticket that a link was answered with. */
export const connectGuest = (stack: Stack, ticket: string, token: string): Promise<RawTerminal> =>
  connectRaw(stack, { ticket }, TERMINAL_NAMESPACE, { origin: stack.url }, shareProtocols(token))

/** What opens a link: it stands behind `#`. */
export const tokenOfLink = (url: string): string => new URL(url).hash.slice(1)

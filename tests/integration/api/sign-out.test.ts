import { afterAll, beforeAll, expect, it } from 'vitest'
import { createProject, launchRunning } from '../../support/launch'
import { type Stack, startStack } from '../../support/stack'
import { waitUntil } from '../../support/wait-until'
import { connectRaw } from './raw-terminal'

/** security.md: logout or revocation mid-stream closes within this time. */
const CUT_WITHIN_MS = 5_000

let stack: Stack
beforeAll(async () => {
  stack = await startStack()
})
afterAll(() => stack.stop())

/** A ticket that is asked for with these credentials. */
async function ticketOf(headers: Record<string, string>, id: string): Promise<string> {
  const answer = await fetch(`${stack.url}/api/trpc/runner.attach`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json', 'x-stratavore': '1' },
    body: JSON.stringify({ id }),
  })
  return ((await answer.json()) as { result: { data: { ticket: string } } }).result.data.ticket
}

it('opens no terminal with the ticket of another token: what is watched for a revocation is what opened it', async () => {
  const project = await createProject(stack)
  const runner = await launchRunning(stack, { project: project.name, provider: 'shell' })
  const [first, second] = [
    await stack.api.auth.createToken.mutate({ name: 'makes the ticket' }),
    await stack.api.auth.createToken.mutate({ name: 'uses it' }),
  ]
  const bearer = ({ token }: { token: string }) => ({ authorization: `Bearer ${token}` })
  const ticket = await ticketOf(bearer(first), runner.id)
  // What web says of a connection nobody else says.
  const forged: Record<string, string>[] = [{}, { 'x-stratavore-credential': `token:${first.id}` }]
  for (const claims of forged) {
    const other = await connectRaw(stack, { ticket }, undefined, { ...bearer(second), ...claims })
    expect([other.refusal(), other.attached, other.bytes()]).toEqual(['unauthenticated', [], 0])
  }
  const own = await connectRaw(stack, { ticket }, undefined, bearer(first))
  await waitUntil('its own connection is let in', () => own.attached.length === 1)
  await stack.api.auth.revokeToken.mutate({ id: second.id })
  await stack.api.auth.revokeToken.mutate({ id: first.id })
  await waitUntil('it is cut', () => !own.socket.connected, CUT_WITHIN_MS)
})

it('cuts the terminal and the event stream of a browser that signs out, and nobody else', async () => {
  const signIn = await fetch(stack.loginLink, { redirect: 'manual' })
  const cookie = (signIn.headers.get('set-cookie') ?? '').split(';', 1)[0] ?? ''
  const project = await createProject(stack)
  const runner = await launchRunning(stack, { project: project.name, provider: 'shell' })
  const ticket = async () => (await stack.api.runner.attach.mutate({ id: runner.id })).ticket
  const browser = await connectRaw(
    stack,
    { ticket: await ticketOf({ cookie, origin: stack.url }, runner.id) },
    undefined,
    {
      cookie,
      origin: stack.url,
    },
  )
  const bystander = await connectRaw(stack, { ticket: await ticket() })
  await waitUntil('both are attached', () => browser.attached.length === 1 && bystander.attached.length === 1)
  const events = await fetch(`${stack.url}/api/trpc/event.stream?input=%7B%7D`, { headers: { cookie } })
  const reader = events.body?.getReader()
  expect((await reader?.read())?.done).toBe(false)

  const signOut = await fetch(`${stack.url}/api/trpc/auth.signOut`, {
    method: 'POST',
    headers: { cookie, 'content-type': 'application/json', 'x-stratavore': '1' },
    body: '{}',
  })
  expect(signOut.status).toBe(200)
  await waitUntil('the terminal is cut', () => !browser.socket.connected, CUT_WITHIN_MS)
  // The stream ends, one way or the other; its reader does not wait for ever.
  const drain = async (): Promise<string> => {
    try {
      for (;;) if ((await reader?.read())?.done) return 'ended'
    } catch {
      return 'cut'
    }
  }
  expect(await drain()).toMatch(/ended|cut/)
  expect(bystander.socket.connected).toBe(true)
  bystander.close()
})

import { createTRPCClient, httpLink, TRPCClientError } from '@trpc/client'
import type { AnyRouter } from '@trpc/server'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { readApiFailure } from './api-failure'
import { checkedFetch } from './checked-fetch'

/** The error of a real client whose fetch does `answer`. */
async function failureOf(answer: () => Promise<Response>) {
  vi.stubGlobal('fetch', answer)
  const link = httpLink({
    url: 'http://x/api/trpc',
    fetch: (input, init) => checkedFetch(input as string, init as RequestInit),
  })
  const client = createTRPCClient<AnyRouter>({ links: [link] })
  // The client's type knows no procedures; any path will do.
  const call = client as unknown as { a: { query(): Promise<unknown> } }
  return call.a.query().catch(readApiFailure)
}

describe('readApiFailure', () => {
  afterEach(() => {
    vi.unstubAllGlobals()
  })

  it('reads our own errors', async () => {
    const stratavore = { code: 'quota_exceeded', hint: 'raise it', fields: { a: 'b' }, requestId: 'r' }
    const error = { message: 'no', code: -32000, data: { code: 'FORBIDDEN', httpStatus: 403, stratavore } }
    const failure = await failureOf(async () => Response.json({ error }, { status: 403 }))
    expect(failure).toEqual({ message: 'no', ...stratavore })
  })

  it('tells silence from answers that are not ours', async () => {
    const silent = await failureOf(() =>
      Promise.reject(new TypeError('fetch failed', { cause: new Error('ECONNREFUSED') })),
    )
    expect(silent).toMatchObject({ code: 'unreachable', message: 'ECONNREFUSED' })
    expect(await failureOf(async () => new Response('<html>', { status: 502 }))).toMatchObject({ code: 'unavailable' })
    expect(await failureOf(async () => new Response('no', { status: 403 }))).toMatchObject({ code: 'forbidden' })
  })

  it('takes anything', () => {
    expect(readApiFailure(new Error('x'))).toMatchObject({ code: 'internal', message: 'x' })
    expect(readApiFailure('x')).toMatchObject({ code: 'internal', message: 'x' })
    expect(readApiFailure(new TRPCClientError('x'))).toMatchObject({ code: 'unreachable' })
  })
})

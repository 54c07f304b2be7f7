/** Somebody answered who is not the API: a proxy, the Host check, another program on that port. */
export class ForeignAnswer extends Error {
  override readonly name = 'ForeignAnswer'
  constructor(readonly status: number) {
    super(`the server answered with HTTP status ${status}, not as Stratavore does`)
  }
}

/** A `fetch` for tRPC links that rejects with ForeignAnswer where there is no JSON to read. */
export async function checkedFetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const response = await fetch(input, init)
  const type = response.headers.get('content-type') ?? ''
  if (!type.includes('json')) throw new ForeignAnswer(response.status)
  return response
}

import type { IncomingMessage } from 'node:http'
import type { RequestClient } from '../core/request-client'

const clients = new WeakMap<IncomingMessage, RequestClient>()

/** Keeps who asks from where with the request, as it was judged. */
export const rememberClient = (request: IncomingMessage, client: RequestClient): RequestClient => {
  clients.set(request, client)
  return client
}

/** Who asks from where. Throws for a request that was not judged: nobody may guess it from its headers. */
export function clientOf(request: IncomingMessage): RequestClient {
  const client = clients.get(request)
  if (!client) throw new Error('this request was not judged')
  return client
}

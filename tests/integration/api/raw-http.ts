import { Agent, request } from 'node:http'
import { apiErrorData } from '@/contracts/errors/errors'

export interface RawRequest {
  method?: string
  /** With its query; sent as it is. */
  path: string
  headers?: Record<string, string>
  body?: string | Iterable<string>
}

export interface RawAnswer {
  status: number
  headers: NodeJS.Dict<string | string[]>
  text: string
}

/** One HTTP request with exactly these headers (`fetch` may not set Host or Origin). Follows no redirect. */
export function rawRequest(
  url: string,
  { method = 'GET', path, headers = {}, body = [] }: RawRequest,
): Promise<RawAnswer> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    let answered = false
    // Kept alive as browsers do: a server that closes at once would cut off the answer to a body it refuses early.
    const agent = new Agent({ keepAlive: true })
    // Node leaves it out for methods that usually have no body, and the body would be read as the next request.
    const length: Record<string, string> =
      typeof body === 'string' ? { 'content-length': String(Buffer.byteLength(body)) } : {}
    const outgoing = request(
      { hostname, port, method, path, headers: { ...length, ...headers }, agent },
      (response) => {
        answered = true
        let text = ''
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk
        })
        response.once('end', () => {
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text })
          agent.destroy()
        })
        response.once('error', reject)
      },
    )
    // A server that refuses a body early closes the connection under what is still being sent.
    outgoing.on('error', (error) => !answered && reject(error))
    const parts = (typeof body === 'string' ? [body] : body)[Symbol.iterator]()
    const write = (): void => {
      for (let part = parts.next(); !part.done; part = parts.next()) {
        if (outgoing.destroyed || !outgoing.write(part.value)) {
          outgoing.once('drain', write)
          return
        }
      }
      outgoing.end()
    }
    write()
  })
}

/** One upgrade to a WebSocket. Resolves with the status: 101 when it was let in (the socket is closed at once). */
export function rawUpgrade(url: string, path: string, headers: Record<string, string>): Promise<number> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const outgoing = request({
      hostname,
      port,
      path,
      agent: false,
      headers: {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
        ...headers,
      },
    })
    outgoing.once('upgrade', (response, socket) => {
      socket.destroy()
      resolve(response.statusCode ?? 0)
    })
    outgoing.once('response', (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    outgoing.once('error', reject)
    outgoing.end()
  })
}

/** The error code of ours in an API answer; throws when there is none. */
export function errorCodeOf(answer: RawAnswer): string {
  const body: unknown = JSON.parse(answer.text)
  const first: unknown = Array.isArray(body) ? body[0] : body
  return apiErrorData.parse((first as { error: { data: unknown } }).error.data).stratavore.code
}

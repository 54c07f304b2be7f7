import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface LoopbackRequest {
  method: string
  /** Without the query. */
  path: string
  /** Parsed JSON; null where there was no body. */
  body: unknown
}

export interface LoopbackServer {
  url: string
  close(): Promise<void>
}

/** A server on 127.0.0.1 that hands each request's JSON to `answer`. What throws is answered 500 and said so. */
export async function startLoopbackServer(
  answer: (request: LoopbackRequest, response: ServerResponse) => void,
): Promise<LoopbackServer> {
  const server = createServer((incoming, response) => {
    const parts: Buffer[] = []
    incoming.on('data', (part: Buffer) => parts.push(part))
    incoming.on('end', () => {
      try {
        const text = Buffer.concat(parts).toString('utf8')
        const path = new URL(incoming.url ?? '/', 'http://loopback').pathname
        answer({ method: incoming.method ?? '', path, body: text === '' ? null : JSON.parse(text) }, response)
      } catch (error) {
        response.writeHead(500, { 'content-type': 'text/plain' }).end(String(error))
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

export const answerJson = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

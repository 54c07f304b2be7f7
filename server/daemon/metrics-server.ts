import { createServer, type Server } from 'node:http'
import type { Logger } from 'pino'
import { isAllowedHost } from '../gateways/guard/allowed-hosts'

/** Serves `GET /metrics` for Prometheus, under the exact host names of this installation only (DNS rebinding). */
export async function serveMetrics(options: {
  host: string
  port: number
  contentType: string
  render(): Promise<string>
  log: Logger
}): Promise<Server> {
  const server = createServer((request, response) => {
    if (!isAllowedHost(request.headers.host, options)) return response.writeHead(403).end()
    if (request.url !== '/metrics') return response.writeHead(404).end()
    if (request.method !== 'GET') return response.writeHead(405, { allow: 'GET' }).end()
    options.render().then(
      (text) => response.writeHead(200, { 'content-type': options.contentType }).end(text),
      (error: unknown) => {
        options.log.error({ err: error }, 'metrics could not be rendered')
        response.writeHead(503).end()
      },
    )
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, options.host, resolve)
  })
  return server
}

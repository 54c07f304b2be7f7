import { connect, createServer, type Socket } from 'node:net'

/** When a connection is cut: never, before the server gets a COMMIT, or after it has, before the client hears of it. */
export type Cut = 'never' | 'before-commit' | 'after-commit'

/** Stands between a client and Postgres, and cuts connections at the worst moment. */
export interface CuttingProxy {
  /** The address to use instead. */
  url: string
  /** What happens to the next COMMIT; only to that one. */
  cut: Cut
  close(): Promise<void>
}

/** Starts it in front of the server of `url`. Commands are recognised in plain text: the connection must not use TLS. */
export async function startCuttingProxy(url: string): Promise<CuttingProxy> {
  const target = new URL(url)
  const sockets = new Set<Socket>()
  const proxy: CuttingProxy = { url: '', cut: 'never', close: async () => undefined }
  const server = createServer((client) => {
    const upstream = connect(Number(target.port || 5432), target.hostname)
    let deaf = false
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        sockets.delete(socket)
        client.destroy()
        upstream.destroy()
      })
    }
    client.on('data', (data) => {
      const cut = data.includes('COMMIT') ? proxy.cut : 'never'
      if (cut === 'never') return upstream.write(data)
      proxy.cut = 'never'
      if (cut === 'before-commit') return client.destroy()
      deaf = true
      return upstream.write(data)
    })
    upstream.on('data', (data) => {
      // What the server answers to the COMMIT is proof that it is done; the client never gets it.
      if (deaf) client.destroy()
      else client.write(data)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port')
  const own = new URL(url)
  own.hostname = '127.0.0.1'
  own.port = `${address.port}`
  proxy.url = own.href
  proxy.close = () =>
    new Promise((resolve) => {
      server.close(() => resolve())
      for (const socket of sockets) socket.destroy()
    })
  return proxy
}

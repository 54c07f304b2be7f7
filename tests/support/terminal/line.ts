import { connect, createServer, type Socket } from 'node:net'

/** A line between a client and a server that can be long and can break. */
export interface Line {
  /** The address to use instead. */
  url: string
  /** Connections that were made over it so far. */
  opened(): number
  /** Breaks every connection. */
  cut(): void
  /** Breaks every connection, and each that is made until `up`. */
  down(): void
  up(): void
  close(): Promise<void>
}

/** Starts it in front of the server of `url`; every byte takes `delayMs` each way. */
export async function startLine(url: string, delayMs = 0): Promise<Line> {
  const target = new URL(url)
  const sockets = new Set<Socket>()
  let opened = 0
  let isDown = false
  const server = createServer((client) => {
    if (isDown) {
      client.destroy()
      return
    }
    opened += 1
    const upstream = connect(Number(target.port), target.hostname)
    const ends: [Socket, Socket][] = [
      [client, upstream],
      [upstream, client],
    ]
    for (const [from, to] of ends) {
      sockets.add(from)
      from.setNoDelay(true)
      from.on('error', () => undefined)
      from.on('close', () => {
        sockets.delete(from)
        to.destroy()
      })
      from.on('data', (data) => {
        const pass = () => {
          if (!to.write(data)) {
            from.pause()
            to.once('drain', () => from.resume())
          }
        }
        if (delayMs === 0) pass()
        else setTimeout(pass, delayMs)
      })
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the line has no port')
  const cut = () => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    url: `http://127.0.0.1:${address.port}`,
    opened: () => opened,
    cut,
    down() {
      isDown = true
      cut()
    },
    up() {
      isDown = false
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        cut()
      }),
  }
}

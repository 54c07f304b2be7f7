import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { spawn } from 'node-pty'
import { Server } from 'socket.io'
import { io } from 'socket.io-client'
import { sampleEcho } from './echo-samples'
import { type Figure, spread } from './statistics'

const KEYSTROKES = 500

/** What the parts cost by themselves, in this very run: a PTY read in process, and a socket.io round trip. */
export async function measureBareEcho(): Promise<Figure[]> {
  const pty = spawn('cat', [], { cols: 80, rows: 24 })
  const bare = await sampleEcho(
    {
      type: (text) => pty.write(text),
      listen: (listener) => {
        const subscription = pty.onData(listener)
        return () => subscription.dispose()
      },
    },
    KEYSTROKES,
  )
  pty.kill('SIGKILL')

  const http = createServer()
  const server = new Server(http)
  server.on('connection', (socket) => socket.on('in', (text: string) => socket.emit('out', text)))
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const client = io(`http://127.0.0.1:${(http.address() as AddressInfo).port}`, { transports: ['websocket'] })
  await new Promise<void>((resolve) => client.once('connect', resolve))
  const socket = await sampleEcho(
    {
      type: (text) => client.emit('in', text),
      listen: (listener) => {
        client.on('out', listener)
        return () => client.off('out', listener)
      },
    },
    KEYSTROKES,
  )
  client.close()
  await server.close()
  return [...spread('bare node-pty echo', bare), ...spread('bare socket.io echo', socket)]
}

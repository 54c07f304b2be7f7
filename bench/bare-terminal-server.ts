// A shell for each connection over bare socket.io, without flow control: what the simplest server of terminals costs. Listens
// on the port it is given.
import { createServer } from 'node:http'
import { spawn } from 'node-pty'
import { Server } from 'socket.io'

// Asked whether it listens, it answers.
const http = createServer((_, response) => response.end())
new Server(http).on('connection', (socket) => {
  const pty = spawn('bash', ['--norc'], { cols: 120, rows: 32 })
  pty.onData((data) => socket.emit('data', data))
  socket.on('input', (text: string) => pty.write(text))
  socket.on('disconnect', () => pty.kill('SIGKILL'))
})
http.listen(Number(process.argv[2]), '127.0.0.1')

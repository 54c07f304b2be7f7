import { io } from 'socket.io-client'
import type { BenchTerminal } from '../bench-terminal'
import { createListeners } from '../listeners'
import { createRenderer } from '../renderer'

/** A client of wetty 3; what was drawn is told by `commit`, as its page does. */
export function openWetty(port: number, bytesPerSecond = Number.POSITIVE_INFINITY): BenchTerminal {
  const render = createRenderer(bytesPerSecond)
  const { tell, listen } = createListeners()
  const socket = io(`http://127.0.0.1:${port}`, { transports: ['websocket'], forceNew: true })
  const drawn = new Promise<void>((resolve) => socket.once('data', () => resolve()))
  socket.on('data', (text: string) => {
    render(text.length, () => {
      tell(Buffer.from(text))
      socket.emit('commit', text.length)
    })
  })
  return { drawn, listen, type: (text) => socket.emit('input', text), close: () => socket.close() }
}

import { WebSocket } from 'ws'
import type { BenchTerminal } from '../bench-terminal'
import { createListeners } from '../listeners'
import { createRenderer } from '../renderer'

/** First byte of each message, either way. */
const OUTPUT = 0x30
const [INPUT, PAUSE, RESUME] = ['0', '2', '3']
/** Of its page: a part that is waited for after so much, and how many of these may wait. */
const PART_BYTES = 100_000
const [MOST_WAITING, FEW_WAITING] = [10, 4]

/** A client of ttyd 1.7, with its page's flow control. */
export function openTtyd(port: number, bytesPerSecond = Number.POSITIVE_INFINITY): BenchTerminal {
  const render = createRenderer(bytesPerSecond)
  const { tell, listen } = createListeners()
  const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`, ['tty'])
  let part = 0
  let waiting = 0
  let onDrawn = () => {}
  const drawn = new Promise<void>((resolve, reject) => {
    onDrawn = resolve
    socket.once('error', reject)
  })
  socket.on('open', () => socket.send(JSON.stringify({ AuthToken: '', columns: 120, rows: 32 })))
  socket.on('message', (message: Buffer) => {
    if (message[0] !== OUTPUT) return
    const data = message.subarray(1)
    part += data.length
    const awaited = part > PART_BYTES
    if (awaited) {
      part = 0
      waiting += 1
      if (waiting > MOST_WAITING) socket.send(PAUSE)
    }
    render(data.length, () => {
      tell(data)
      onDrawn()
      if (!awaited) return
      waiting -= 1
      if (waiting < FEW_WAITING) socket.send(RESUME)
    })
  })
  return { drawn, listen, type: (text) => socket.send(`${INPUT}${text}`), close: () => socket.close() }
}

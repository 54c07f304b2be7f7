import { pino } from 'pino'
import { createFrameDecoder, encodeFrame } from './frames'
import { createObserver } from './observe'
import { toObserver } from './protocol'

/**
 * The observer: the agent's sibling that keeps screens and logs, so that the process that forks stays small. It lives
 * as long as the agent's end of its stdin, whoever else signals it.
 */
const logger = pino({ name: 'observer' }, pino.destination({ dest: 2, sync: true }))
const logsDir = process.argv[2]
if (logsDir === undefined) {
  process.stderr.write('usage: observer LOGS_DIRECTORY (started by the agent)\n')
  process.exit(2)
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})

const observer = createObserver({
  logsDir,
  send(message, data) {
    for (const part of encodeFrame(message, data)) process.stdout.write(part)
  },
  onProblem: (message, error) => logger.warn({ error: String(error) }, message),
})
const decode = createFrameDecoder(({ header, data }) => observer.handle(toObserver.parse(header), data))

process.stdin.on('data', decode)
// What was fed is in the queue of the log; Node exits once that is written.
process.stdin.on('end', () => process.stdin.destroy())
// The agent is gone: what we would tell it has no reader.
process.stdout.on('error', () => {})

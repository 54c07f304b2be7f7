import { pino } from 'pino'
import { createTextRedactor } from '@/contracts/redaction/redact-text'
import { startRecorderThread } from '../recording/recorder-thread'
import { openAgentPipes } from '../sibling/agent-pipes'
import { createObserver } from './observe'
import { toObserver } from './protocol'

/** The observer: the agent's sibling that keeps screens, logs and recordings, so that the process that forks stays small. */
const logger = pino(
  { name: 'observer', hooks: { streamWrite: createTextRedactor([]) } },
  pino.destination({ dest: 2, sync: true }),
)
const [logsDir, recordingsDir] = process.argv.slice(2)
if (logsDir === undefined || recordingsDir === undefined) {
  process.stderr.write('usage: observer LOGS_DIRECTORY RECORDINGS_DIRECTORY (started by the agent)\n')
  process.exit(2)
}

// What was fed is in the queues of log and recording: Node exits once that is written.
const send = openAgentPipes(({ header, data }) => observer.handle(toObserver.parse(header), data))
const observer = createObserver({
  logsDir,
  recordingsDir,
  startRecorders: (options) => startRecorderThread({ ...options, script: new URL('recorder.mjs', import.meta.url) }),
  clock: {
    now: Date.now,
    monotonicMs: () => performance.now(),
    after(ms, work) {
      const timer = setTimeout(work, ms)
      return () => clearTimeout(timer)
    },
  },
  send,
  onProblem: (message, error) => logger.warn({ error: String(error) }, message),
  onParked: (life) => logger.info({ life }, 'a screen that nobody uses was put away'),
})
process.stdin.on('end', () => observer.stop())

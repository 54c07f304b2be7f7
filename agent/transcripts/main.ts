import { pino } from 'pino'
import { createTextRedactor } from '@/contracts/redaction/redact-text'
import { keepOut } from '../place/open-below'
import { createRecordingAnswers } from '../recording/recording-answers'
import { openAgentPipes } from '../sibling/agent-pipes'
import { toReader } from './protocol'
import { createReader } from './reader'

/** The reader: the agent's sibling that reads transcripts and recordings, so that gigabytes hold up no terminal. */
const logger = pino(
  { name: 'reader', hooks: { streamWrite: createTextRedactor([]) } },
  pino.destination({ dest: 2, sync: true }),
)
const [recordingsDir, ...ownDirs] = process.argv.slice(2)
if (recordingsDir === undefined) {
  process.stderr.write('usage: reader RECORDINGS_DIRECTORY OWN_DIRECTORY... (started by the agent)\n')
  process.exit(2)
}

keepOut(ownDirs)
const send = openAgentPipes(({ header }) => reader.handle(toReader.parse(header)))
const reader = createReader({
  recordings: createRecordingAnswers(recordingsDir),
  send,
  onProblem: (message, error) => logger.warn({ error: String(error) }, message),
  now: Date.now,
})
process.stdin.on('end', () => reader.stop())
